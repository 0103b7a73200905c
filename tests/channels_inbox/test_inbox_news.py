"""Admins learn that an inbox works again, and that its mailbox was numbered anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from channels_inbox import calls, inbox_news, outgoing
from channels_inbox.models import Inbox, MessageDelivery
from tests.make import make_agent, make_inbox

pytestmark = pytest.mark.django_db
WIRES = {"imap_host": "imap.example.com", "smtp_host": "smtp.example.com"}


@pytest.fixture
def called():
    """An admin who got the mail that the inbox stands still."""
    make_agent(role="Admin", email="ada@desk.test", language="en")
    moment = now() - timedelta(minutes=16)
    make_inbox(name="Support", settings=WIRES, last_checked_at=now(), failing_since=moment)
    calls.call_admins(at=now())
    MessageDelivery.objects.update(state="sent")


def mended() -> None:
    Inbox.objects.update(failing_since=None, last_error="", last_checked_at=now())


def test_who_was_called_learns_once_that_it_works_again(called):
    assert inbox_news.tell_that_all_is_well(at=now()) == 0
    mended()

    assert inbox_news.tell_that_all_is_well(at=now()) == 1
    assert inbox_news.tell_that_all_is_well(at=now()) == 0

    row = MessageDelivery.objects.latest("pk")
    assert row.recipients == {"to": ["ada@desk.test"]}
    letter = outgoing.write(row)
    assert "“Support”: It works again" in letter.subject
    assert "Nothing was lost." in letter.text


def test_who_was_not_called_hears_nothing(called):
    MessageDelivery.objects.update(state="cancelled")
    mended()

    assert inbox_news.tell_that_all_is_well(at=now()) == 0


def test_an_inbox_that_is_gone_is_no_news(called):
    Inbox.objects.update(is_active=False)

    assert inbox_news.tell_that_all_is_well(at=now()) == 0
