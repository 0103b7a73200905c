"""The ledger check finds what does not add up, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from channels_inbox import ledger, raw_files
from channels_inbox.models import InboundPayload, MessageDelivery
from tests.channels_inbox.mails import accept, make_mail, receive
from tests.make import make_inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox():
    return make_inbox()


def findings() -> str:
    return " ".join(ledger.check().findings)


def test_where_all_adds_up_there_is_nothing_to_say(inbox):
    raw = make_mail()
    receive(inbox, raw)
    receive(inbox, raw)
    receive(inbox, make_mail(sender="support@desk.test"))
    receive(inbox, b"")
    accept(inbox, make_mail())

    report = ledger.check()

    assert report.findings == []
    assert report.payloads == {"done": 1, "duplicate": 1, "ignored": 1, "quarantined": 1, "received": 1}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ticket": None, "message": None, "reason": ""}, "became nothing"),
        ({"state": "quarantined", "ticket": None}, "no ticket stands in"),
        ({"state": "ignored", "reason": ""}, "for no reason"),
        ({"state": "processing", "next_at": Now() - timedelta(minutes=6)}, "claimed by nobody who lives"),
        ({"raw": None}, "lost their raw bytes"),
        ({"raw": None, "raw_file": "ab/cd"}, "lost their file"),
        ({"message": None}, "stand in no ledger"),
    ],
)
def test_each_difference_is_found(inbox, change, said):
    receive(inbox, make_mail(sender="other@example.org"))
    receive(inbox, make_mail())

    InboundPayload.objects.filter(sender="elena@example.org").update(**change)

    assert said in findings()


def test_a_message_made_of_two_payloads_is_found(inbox):
    message = receive(inbox, make_mail()).message
    receive(inbox, make_mail())

    InboundPayload.objects.update(message=message)

    assert "made of two payloads" in findings()


@pytest.mark.parametrize(
    ("change", "delivery", "said"),
    [
        ({"state": "sending", "next_at": Now() - timedelta(minutes=6)}, "sending", "being sent by nobody"),
        ({"state": "sent"}, "queued", "their messages do not know it"),
        ({"state": "queued"}, "sent", "the outbox says otherwise"),
    ],
)
def test_differences_between_outbox_and_tickets_are_found(inbox, change, delivery, said):
    message = receive(inbox, make_mail()).message
    message.delivery = delivery
    message.save()
    MessageDelivery.objects.create(
        kind="reply",
        inbox=inbox,
        ticket=message.ticket,
        message=message,
        idempotency_key="a",
        rfc_message_id="b",
    )

    MessageDelivery.objects.update(**change)

    assert said in findings()


def test_the_command_counts_and_says_by_its_exit_code_whether_it_adds_up(inbox, capsys):
    receive(inbox, make_mail())

    with pytest.raises(SystemExit) as end:
        call_command("check_ledger")

    assert end.value.code == 0
    assert capsys.readouterr().out.splitlines()[0] == "in: 1 (1 done)"


def test_what_is_found_is_told_to_whoever_watches(inbox, caplog):
    receive(inbox, make_mail())
    InboundPayload.objects.update(raw=None)

    ledger.check_and_tell()

    assert "does not add up: 1 payloads have lost their raw bytes" in caplog.text


def test_a_file_that_is_there_is_not_missed(inbox, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    receive(inbox, make_mail("x" * raw_files.INLINE_LIMIT))

    assert findings() == ""
