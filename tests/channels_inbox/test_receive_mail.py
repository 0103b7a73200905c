"""The pipe: raw mail in, one line of JSON out for each, and what it says is final."""

from __future__ import annotations

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from channels_inbox.management.commands import receive_mail
from channels_inbox.models import InboundPayload
from tests.channels_inbox.mails import make_mail
from tests.make import make_inbox
from tickets.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db
ADDRESS = "support@desk.test"


@pytest.fixture
def inbox():
    return make_inbox(aliases=["help@desk.test"])


@pytest.fixture
def pipe(tmp_path, capsys):
    def run(*mails: bytes, inbox: str = ADDRESS) -> list[dict]:
        paths = []
        for number, raw in enumerate(mails):
            path = tmp_path / f"{number}.eml"
            path.write_bytes(raw)
            paths.append(str(path))
        call_command("receive_mail", *paths, inbox=inbox)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_each_mail_has_its_line(inbox, pipe):
    question = make_mail(message_id="q@example.org")
    answer = make_mail("More.", in_reply_to="q@example.org")
    ours = make_mail(sender=ADDRESS)

    lines = pipe(question, answer, question, b"", ours)

    number = Ticket.objects.order_by("pk").first().number
    assert [line["outcome"] for line in lines] == [
        "ticket_opened",
        "reply_added",
        "duplicate",
        "quarantined",
        "ignored",
    ]
    assert [line["ticket"] for line in lines[:3]] == [number] * 3
    assert lines[0] == {"outcome": "ticket_opened", "ticket": number, "reason": ""}
    assert lines[4] == {
        "outcome": "ignored",
        "ticket": None,
        "reason": "It comes from an address of this desk.",
    }


def test_it_reads_standard_input(inbox, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(make_mail())))

    call_command("receive_mail", inbox=ADDRESS)

    assert json.loads(capsys.readouterr().out)["outcome"] == "ticket_opened"


def test_the_desk_has_reacted_before_the_line_is_printed(inbox, pipe):
    pipe(make_mail())

    assert not TicketEvent.objects.waiting().exists()


def test_more_mails_than_a_batch_come_out_in_their_order(inbox, pipe):
    lines = pipe(*(make_mail(subject=f"Mail {n}") for n in range(120)))

    subjects = dict(Ticket.objects.values_list("number", "subject"))
    assert [subjects[line["ticket"]] for line in lines] == [f"Mail {n}" for n in range(120)]


def test_an_alias_names_the_inbox_too(inbox, pipe):
    assert pipe(make_mail(), inbox="HELP@desk.test")[0]["outcome"] == "ticket_opened"


def test_an_unknown_inbox_is_an_error_that_mail_servers_understand(pipe):
    with pytest.raises(CommandError, match=r"nobody@desk\.test") as error:
        pipe(make_mail(), inbox="nobody@desk.test")

    assert error.value.returncode == 67


def test_while_nothing_can_be_stored_the_mail_server_is_asked_to_try_again(inbox, pipe, monkeypatch):
    def away(*arguments):
        raise OperationalError("the database is away")

    monkeypatch.setattr(receive_mail, "take_in", away)

    with pytest.raises(CommandError) as error:
        pipe(make_mail())

    assert error.value.returncode == 75


def test_a_missing_file_is_an_error(inbox, tmp_path):
    with pytest.raises(CommandError, match="nothing"):
        call_command("receive_mail", str(tmp_path / "nothing.eml"), inbox=ADDRESS)


def test_it_is_stored_raw_like_any_other_mail(inbox, pipe):
    raw = make_mail()

    pipe(raw)

    assert InboundPayload.objects.get().read_raw() == raw
