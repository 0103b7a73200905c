"""What people do with held messages, and what becomes of the tickets that stood in for them."""

from __future__ import annotations

import pytest
from django.db.models import QuerySet

from accounts import customers
from channels_inbox import intake, quarantine
from channels_inbox.email import guard
from channels_inbox.models import InboundPayload
from foundation.models import AuditEntry
from tests.channels_inbox.mails import accept, make_mail, receive
from tests.make import make_agent, make_customer, make_inbox
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox():
    return make_inbox()


@pytest.fixture
def actor():
    return make_agent(name="Ada Admin").as_actor


@pytest.fixture
def hold(inbox, monkeypatch):
    """Receive a mail while the parser fails at everything."""

    def receive_broken(raw: bytes) -> InboundPayload:
        payload = accept(inbox, raw)
        with monkeypatch.context() as patch:
            patch.setattr(
                guard, "parse_many", lambda raws: [guard.ParseFailed("A bug.", kind="crashed")] * len(raws)
            )
            intake.process(payload)
        payload.refresh_from_db()
        return payload

    return receive_broken


def only(payload: InboundPayload) -> QuerySet[InboundPayload]:
    return InboundPayload.objects.filter(pk=payload.pk)


def held(payload: InboundPayload) -> InboundPayload:
    return InboundPayload.objects.get(pk=payload.pk)


def test_once_the_cause_is_mended_the_message_goes_into_the_ticket_that_stood_in(hold, actor):
    payload = hold(make_mail("Now you can read me."))
    stand_in = payload.ticket

    assert quarantine.reprocess(only(payload), actor=actor) == 1
    intake.process_due()

    payload = held(payload)
    assert (payload.state, payload.ticket) == ("done", stand_in)
    assert payload.message.text == "Now you can read me."
    assert Ticket.objects.count() == 1


def test_a_bug_at_every_mail_is_repaired_by_reading_all_of_them_again(hold, inbox, actor):
    payloads = [hold(make_mail(f"Mail {n}", sender=f"p{n}@example.org")) for n in range(12)]

    assert quarantine.reprocess(InboundPayload.objects.held(), actor=actor) == 12
    intake.process_due()

    assert {held(payload).state for payload in payloads} == {"done"}
    assert Ticket.objects.count() == 12
    assert Message.objects.filter(text__startswith="Mail ").count() == 12


def test_a_held_answer_finds_its_ticket_and_the_stand_in_is_solved(hold, inbox, actor):
    ticket = receive(inbox, make_mail(message_id="q@example.org")).ticket
    payload = hold(make_mail(in_reply_to="q@example.org"))
    stand_in = payload.ticket

    quarantine.reprocess(only(payload), actor=actor)
    intake.process_due()

    stand_in.refresh_from_db()
    assert held(payload).ticket == ticket
    assert stand_in.status_id == "solved"
    assert f"#{ticket.number}" in stand_in.messages.last().text


def test_what_fails_again_is_held_again_in_the_same_ticket(hold, actor, monkeypatch):
    payload = hold(make_mail())
    quarantine.reprocess(only(payload), actor=actor)
    monkeypatch.setattr(guard, "parse_many", lambda raws: [guard.ParseFailed("Still.", kind="crashed")])

    intake.process_due()

    assert (held(payload).state, held(payload).reason) == ("quarantined", "Still.")
    assert Ticket.objects.count() == 1


def test_discarding_says_why_and_settles_the_stand_in(hold, actor):
    payload = hold(make_mail())

    quarantine.discard(payload, reason="It is spam.", actor=actor)

    payload = held(payload)
    assert (payload.state, payload.reason) == ("ignored", "Discarded by Ada Admin: It is spam.")
    assert payload.ticket.status_id == "solved"
    assert AuditEntry.objects.get(action="payload.discarded").actor_label == "Ada Admin"


def test_a_blocked_senders_message_can_be_released(inbox, actor):
    customers.block(make_customer(email="elena@example.org"), actor=actor)
    receive(inbox, make_mail())
    payload = InboundPayload.objects.get(state="ignored")

    quarantine.release(payload, actor=actor)
    intake.process_due()

    assert held(payload).state == "done"


def test_a_ticket_can_be_made_by_hand(hold, actor):
    payload = hold(make_mail(subject="Odd one"))

    ticket = quarantine.make_ticket(payload, actor=actor)

    assert (held(payload).state, held(payload).ticket) == ("done", ticket)
    assert ticket == payload.ticket


def test_a_ticket_can_be_made_of_something_ignored(inbox, actor):
    receive(inbox, make_mail(sender="support@desk.test", subject="From ourselves"))

    ticket = quarantine.make_ticket(InboundPayload.objects.get(), actor=actor)

    assert ticket.subject == "From ourselves"


def test_what_has_become_a_message_is_not_open_to_decision(inbox, actor):
    receive(inbox, make_mail())
    payload = InboundPayload.objects.get()

    assert quarantine.reprocess(only(payload), actor=actor) == 0
    for decide in (
        lambda: quarantine.discard(payload, reason="x", actor=actor),
        lambda: quarantine.release(payload, actor=actor),
        lambda: quarantine.make_ticket(payload, actor=actor),
    ):
        with pytest.raises(quarantine.NotHeld):
            decide()
