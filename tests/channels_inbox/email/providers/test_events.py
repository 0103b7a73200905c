"""What providers tell of our mail stands at the message, whatever the order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from channels_inbox import intake, ledger
from channels_inbox.email import reply_address
from channels_inbox.models import InboundPayload, MessageDelivery
from tests.make import make_agent, make_ticket
from tickets.models import Message
from tickets.services import replies


@pytest.fixture
def sent(provider):
    """A reply that has left."""
    ticket = make_ticket(status="pending", brand=provider.inbox.brand)
    message = replies.post_reply(ticket=ticket, author=make_agent(role="Admin"), html="<p>Refunded.</p>")
    return in_state(message, provider.inbox, "sent")


def in_state(message, inbox, state):
    Message.objects.filter(pk=message.pk).update(delivery=state)
    row, _new = MessageDelivery.objects.update_or_create(
        message=message,
        defaults={
            "inbox": inbox,
            "ticket": message.ticket,
            "kind": "reply",
            "idempotency_key": f"reply:{message.pk}",
            "rfc_message_id": "t1.aaaa.bbbb@desk.test",
            "state": state,
        },
    )
    return row


def tell(provider, kind, row, **more):
    assert provider.event(kind, message_id=row.rfc_message_id, **more).send().status_code == 200
    intake.process_due()
    row.refresh_from_db()
    row.message.refresh_from_db()
    row.ticket.refresh_from_db()
    assert ledger.check().findings == []
    return InboundPayload.objects.latest("pk")


def test_a_bounce_asks_for_attention_in_the_servers_words(provider, sent):
    payload = tell(provider, "bounced", sent, words="550 5.1.1 no such user")

    assert (sent.state, sent.message.delivery) == ("failed", "failed")
    assert "elena@example.org" in sent.provider_reply and "550 5.1.1 no such user" in sent.provider_reply
    assert sent.ticket.needs_attention and sent.ticket.status_id == "open"
    assert (payload.state, payload.ticket) == ("done", sent.ticket)


def test_a_mail_that_arrived_is_delivered(provider, sent):
    tell(provider, "delivered", sent)

    assert (sent.state, sent.message.delivery) == ("sent", "delivered")
    assert not sent.ticket.needs_attention


def test_a_complaint_is_noted_and_nothing_else(provider, sent):
    tell(provider, "complained", sent)

    assert (sent.state, sent.message.delivery) == ("sent", "sent")
    assert "spam" in sent.provider_reply


def test_a_failure_for_now_changes_nothing(provider, sent):
    tell(provider, "deferred", sent, words="451 try later")

    assert (sent.state, sent.message.delivery) == ("sent", "sent")


def test_what_was_opened_is_no_news(provider, sent):
    payload = tell(provider, "opened", sent)

    assert (payload.state, sent.message.delivery) == ("ignored", "sent")
    assert payload.reason


def test_events_out_of_order_never_go_backwards(provider, sent):
    tell(provider, "bounced", sent, words="550 no such user")
    tell(provider, "delivered", sent, recipient="copy@example.org")
    tell(provider, "deferred", sent, words="451 try later")

    assert (sent.state, sent.message.delivery) == ("failed", "failed")
    assert sent.ticket.needs_attention


def test_a_delivery_before_our_own_note_of_it_stays(provider, sent):
    in_state(sent.message, provider.inbox, "sending")
    provider.event("delivered", message_id=sent.rfc_message_id).send()
    intake.process_due()

    sent.message.refresh_from_db()
    assert sent.message.delivery == "delivered"
    assert sent.message.sent_at


def test_a_delivery_ends_a_doubt(provider, sent):
    in_state(sent.message, provider.inbox, "in_doubt")
    sent.ticket.needs_attention = "A reply may not have been delivered."
    sent.ticket.save()

    tell(provider, "delivered", sent)

    assert (sent.state, sent.message.delivery) == ("sent", "delivered")
    assert not sent.ticket.needs_attention


def test_an_old_failure_does_not_stop_a_second_try(provider, sent):
    row = in_state(sent.message, provider.inbox, "queued")
    provider.event("bounced", message_id=row.rfc_message_id, words="550").send()
    intake.process_due()

    row.refresh_from_db()
    assert row.state == "queued"


@pytest.mark.parametrize("kind", ["bounced", "delivered"])
def test_what_is_about_no_mail_of_ours_is_listed_with_a_reason(provider, kind):
    provider.event(kind, message_id="somebody@elses.test").send()
    intake.process_due()

    payload = InboundPayload.objects.get()
    assert payload.state == "ignored"
    assert "none that this desk has sent" in payload.reason


def test_another_brands_mail_is_not_ours_to_report(provider, sent):
    from tests.make import make_brand

    sent.inbox.brand = make_brand("Elsewhere")
    other = type(sent.inbox).objects.create(
        name="Other", address="o@desk.test", kind="email", brand=sent.inbox.brand
    )
    MessageDelivery.objects.filter(pk=sent.pk).update(inbox=other)
    provider.event("bounced", message_id=sent.rfc_message_id).send()
    intake.process_due()

    sent.refresh_from_db()
    assert sent.state == "sent"


def test_fault15_what_is_told_of_a_mail_of_ours_before_it_is_known_waits_for_it(provider, sent):
    """As after a restore of the database."""
    name = reply_address.mint(sent.ticket.number, sent.message_id, provider.inbox.address)
    assert told_of(provider, name) == "retry"

    MessageDelivery.objects.filter(pk=sent.pk).update(rfc_message_id=name)
    InboundPayload.objects.update(next_at=Now())
    intake.process_due()

    sent.message.refresh_from_db()
    assert (InboundPayload.objects.get().state, sent.message.delivery) == ("done", "delivered")


def test_fault15_after_a_day_nobody_waits_any_more(provider, sent):
    told_of(provider, reply_address.mint(sent.ticket.number, sent.message_id, provider.inbox.address))
    InboundPayload.objects.update(next_at=Now(), received_at=Now() - timedelta(hours=25))

    intake.process_due()

    assert InboundPayload.objects.get().state == "ignored"


def told_of(provider, name: str) -> str:
    assert provider.event("delivered", message_id=name).send().status_code == 200
    intake.process_due()
    return InboundPayload.objects.get().state
