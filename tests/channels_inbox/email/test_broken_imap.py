"""Mail servers that drop the line, announce wrong sizes or talk nonsense: nothing is lost or doubled."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db.models.functions import Now
from django.utils.timezone import now

from channels_inbox import calls, inbox_news, intake
from channels_inbox.email import imap, mailbox
from channels_inbox.models import InboundPayload, Inbox, MailboxPosition, MessageDelivery
from tests.channels_inbox.mails import make_mail
from tests.mailservers.broken_imap import BrokenIMAP, Fault, running_broken_imap
from tests.make import make_agent, make_inbox
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
COMMANDS = ("CAPABILITY", "LOGIN", "EXAMINE", "SEARCH", "SIZE", "FETCH", "LOGOUT")
IN_A_MAIL = (Fault.GONE_IN_THE_MIDDLE, Fault.SAYS_TOO_LITTLE, Fault.SAYS_TOO_MUCH, Fault.CUT)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(imap, "PATIENCE", 1.0)
    with running_broken_imap() as server:
        yield server


@pytest.fixture
def inbox(server: BrokenIMAP) -> Inbox:
    settings = {"imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none", "imap_user": "u"}
    return make_inbox(settings=settings, credentials={"imap_password": "p"}, acknowledge=False)


def mails(*numbers: int) -> list[bytes]:
    return [make_mail(f"Mail {n}, with some words.", subject=f"Question {n}") for n in numbers]


def poll_until_well(inbox: Inbox, *, most: int = 4) -> None:
    """As the fetcher does: what failed is tried again."""
    for _ in range(most):
        if mailbox.poll(inbox) is not None:
            return
    pytest.fail(f"It does not get well: {Inbox.objects.get().last_error}")


def an_hour_later() -> None:
    MailboxPosition.objects.update(rescanned_at=Now() - timedelta(hours=2))


def questions() -> list[str]:
    intake.process_due()
    assert not InboundPayload.objects.exclude(state__in=("done", "duplicate")).exists()
    texts = Message.objects.order_by("pk").values_list("text", flat=True)
    assert all(text.endswith("with some words.") for text in texts)
    return sorted(Ticket.objects.values_list("subject", flat=True))


@pytest.mark.parametrize("fault", IN_A_MAIL)
def test_fault4_a_mail_that_came_in_part_is_not_stored_and_fetched_again(server, inbox, fault):
    server.put(*mails(1, 2, 3))
    server.fail("FETCH", fault)

    poll_until_well(inbox)

    assert questions() == ["Question 1", "Question 2", "Question 3"]
    sizes = InboundPayload.objects.order_by("pk").values_list("size", flat=True)
    assert list(sizes) == [len(raw) for raw in server.mails.values()]


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        *product(COMMANDS, [Fault.GONE, Fault.GARBAGE, Fault.NO]),
        *product(["LOGIN", "SEARCH"], [Fault.SILENT]),  # FETCH: below, with all that follows from it
    ],
)
def test_fault4_a_server_that_fails_at_any_command_loses_nothing(server, inbox, command, fault):
    server.put(*mails(1, 2))
    server.fail(command, fault)

    poll_until_well(inbox)

    assert command in server.commands
    an_hour_later()
    poll_until_well(inbox)
    assert questions() == ["Question 1", "Question 2"]


def test_a_server_that_always_says_wrong_sizes_is_believed_at_last(server, inbox):
    """Some count line ends otherwise: what they hand out twice is the mail."""
    server.put(*mails(1))
    whole = server.mails[1]
    server.fail("FETCH", Fault.CUT, times=2)

    assert mailbox.poll(inbox) == 1

    assert InboundPayload.objects.get().size == len(whole) // 2


def test_fault5_what_is_expunged_under_us_stops_no_other(server, inbox):
    server.put(*mails(1, 2, 3))
    server.vanishing = {2}

    poll_until_well(inbox)

    assert questions() == ["Question 1", "Question 3"]


def test_fault5_what_a_server_shows_late_is_fetched_within_the_hour(server, inbox):
    server.put(*mails(1, 2, 3))
    server.hidden = {2}
    poll_until_well(inbox)
    server.hidden = set()

    an_hour_later()
    poll_until_well(inbox)

    assert questions() == ["Question 1", "Question 2", "Question 3"]


def test_a_fetch_that_stalls_calls_the_admins_once_and_tells_when_all_is_well(server, inbox):
    make_agent(role="Admin", email="ada@desk.test")
    server.put(*mails(1))
    server.fail("FETCH", Fault.SILENT)

    assert mailbox.poll(inbox) is None

    soon, later = now() + timedelta(minutes=14), now() + timedelta(minutes=16)
    assert [calls.call_admins(at=moment) for moment in (soon, later, later)] == [0, 1, 0]
    MessageDelivery.objects.update(state="sent")
    assert inbox_news.tell_that_all_is_well(at=later) == 0
    assert mailbox.poll(inbox) == 1
    assert inbox_news.tell_that_all_is_well(at=now()) == 1
