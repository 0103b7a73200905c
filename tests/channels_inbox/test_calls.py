"""Admins are called when an inbox stands still: once, by mail, and not when all is well again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from channels_inbox import calls, outgoing
from channels_inbox.letters import NothingToSend
from channels_inbox.models import Inbox, MessageDelivery
from tests.make import make_agent, make_inbox

pytestmark = pytest.mark.django_db
WIRES = {"imap_host": "imap.example.com", "smtp_host": "smtp.example.com"}


@pytest.fixture
def ada():
    make_agent(role="Agent")
    make_agent(role="Admin", is_active=False)
    return make_agent(role="Admin", email="ada@desk.test", language="en")


@pytest.fixture
def stuck(ada):
    return make_inbox(
        name="Support",
        settings=WIRES,
        last_checked_at=now(),
        failing_since=now() - timedelta(minutes=16),
        last_error="The server refused user or password.",
    )


def test_every_admin_is_called_and_nobody_else(stuck):
    assert calls.call_admins(at=now()) == 1

    row = MessageDelivery.objects.get()
    assert row.recipients == {"to": ["ada@desk.test"]}
    letter = outgoing.write(row)
    assert "“Support” stands still" in letter.subject
    assert "The server refused user or password." in letter.text
    assert f"/settings/channels/{stuck.pk}/" in letter.text


def test_one_trouble_is_one_call(stuck):
    calls.call_admins(at=now())

    assert calls.call_admins(at=now()) == 0


def test_the_next_trouble_is_another(stuck):
    calls.call_admins(at=now())
    Inbox.objects.update(failing_since=now() - timedelta(minutes=20))

    assert calls.call_admins(at=now()) == 1


def test_the_call_goes_through_an_inbox_that_works(stuck):
    other = make_inbox(address="other@desk.test", settings=WIRES, last_checked_at=now())

    calls.call_admins(at=now())

    assert MessageDelivery.objects.get().inbox == other


def test_nobody_is_called_for_a_short_trouble(ada):
    make_inbox(settings=WIRES, last_checked_at=now(), failing_since=now() - timedelta(minutes=14))

    assert calls.call_admins(at=now()) == 0


def test_a_call_that_is_late_is_not_made(stuck):
    calls.call_admins(at=now())
    Inbox.objects.update(failing_since=None)

    with pytest.raises(NothingToSend):
        outgoing.write(MessageDelivery.objects.get())


def test_it_takes_no_more_questions_for_more_admins(stuck, django_assert_max_num_queries):
    for _number in range(5):
        make_agent(role="Admin")

    with django_assert_max_num_queries(8):
        calls.call_admins(at=now())
