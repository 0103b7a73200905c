"""Mail that belongs to no ticket: queued without its secret, the link made when it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts import notices
from channels_inbox import delivery_claims, sending
from channels_inbox.models import Inbox, MessageDelivery
from tests.make import make_agent, make_customer

pytestmark = pytest.mark.django_db


def test_a_sign_in_link_leaves_through_the_desks_mailbox(mailbox, trusted):
    make_customer(email="elena@elsewhere.test")

    notices.send(notices.CUSTOMER_SIGN_IN, address="elena@elsewhere.test")
    sending.send_due()

    mail = trusted.smtp.wait_for("elena@elsewhere.test")[0].message
    link = next(word for word in mail.get_body(("plain",)).get_content().split() if word.startswith("http"))
    row = MessageDelivery.objects.get()
    assert (mail["Auto-Submitted"], row.state, row.kind) == ("auto-generated", "sent", "notice")
    assert link.rpartition("/")[0]
    assert "http" not in str(row.content) + row.provider_reply


def test_for_a_stranger_the_same_is_stored_and_nothing_leaves(mailbox, trusted):
    notices.send(notices.CUSTOMER_SIGN_IN, address="nobody@elsewhere.test")
    sending.send_due()

    assert MessageDelivery.objects.get().state == "cancelled"
    assert trusted.smtp.mails_to("nobody@elsewhere.test") == []


def test_a_notice_whose_sender_died_is_sent_again(mailbox, trusted):
    make_agent(email="ada@elsewhere.test")
    notices.send(notices.AGENT_PASSWORD, address="ada@elsewhere.test")
    row = delivery_claims.claim()
    delivery_claims.begin(row)
    MessageDelivery.objects.update(next_at=Now() - timedelta(seconds=1))

    sending.send_due()

    assert MessageDelivery.objects.get().state == "sent"
    assert len(trusted.smtp.mails_to("ada@elsewhere.test")) == 1


def test_without_any_mailbox_nothing_is_queued(db):
    assert not Inbox.objects.exists()

    notices.send(notices.AGENT_PASSWORD, address="ada@elsewhere.test")

    assert not MessageDelivery.objects.exists()
