"""From the ledger into the ticket, exactly once, whatever arrives."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from accounts import customers
from channels_inbox import claims, handling, intake, stand_ins
from channels_inbox.email import guard, loop_mark, reply_address
from channels_inbox.models import ExternalThread, InboundPayload
from foundation import faults
from tests.channels_inbox.mails import accept, make_mail, receive
from tests.make import make_agent, make_brand, make_customer, make_inbox, make_team
from tickets.models import Message, Ticket, TicketEvent

pytestmark = pytest.mark.django_db
OPENED, ADDED = "ticket_opened", "reply_added"


@pytest.fixture
def inbox():
    return make_inbox()


def test_a_mail_opens_a_ticket(inbox):
    inbox.team = make_team("Billing")
    inbox.save()

    outcome = receive(inbox, make_mail("Please help.", subject="Charged twice", files=[("a.txt", b"abc")]))

    ticket, message = outcome.ticket, outcome.message
    assert outcome.outcome == OPENED
    assert (ticket.subject, ticket.team.name, ticket.channel) == ("Charged twice", "Billing", "email")
    assert (ticket.requester.name, ticket.requester.email) == ("Elena Lindqvist", "elena@example.org")
    assert (message.text, message.author_address, message.is_public) == (
        "Please help.",
        "elena@example.org",
        True,
    )
    assert [file.name for file in message.attachments.all()] == ["a.txt"]
    assert message.facts["why"] == "It answers nothing that this desk knows."
    assert list(TicketEvent.objects.values_list("kind", flat=True)) == ["ticket.opened", "message.received"]


def test_the_payload_says_what_became_of_it(inbox):
    outcome = receive(inbox, make_mail(subject="Charged twice", message_id="one@example.org"))

    payload = InboundPayload.objects.get()
    assert (payload.state, payload.ticket, payload.message) == ("done", outcome.ticket, outcome.message)
    assert (payload.sender, payload.subject) == ("elena@example.org", "Charged twice")
    assert payload.rfc_message_id == "one@example.org"
    assert payload.parser_version == 1
    assert payload.lease is None
    assert payload.finished_at is not None


def test_people_in_copy_take_part_but_not_we_ourselves(inbox):
    make_inbox(address="sales@desk.test", aliases=["shop@desk.test"])
    raw = make_mail(
        to="support@desk.test, bob@example.org", headers={"Cc": "SHOP+x@desk.test, Eve <eve@example.org>"}
    )

    ticket = receive(inbox, raw).ticket

    people = sorted(participant.customer.email for participant in ticket.participants.all())
    assert people == ["bob@example.org", "eve@example.org"]


def test_a_mail_to_hundreds_makes_nobody_a_participant(inbox):
    crowd = ", ".join(f"person{n}@example.org" for n in range(200))

    outcome = receive(inbox, make_mail(headers={"Cc": crowd}))

    assert outcome.ticket.participants.count() == 0
    assert len(outcome.message.recipients["cc"]) == 200


# ---- Duplicates


def test_the_same_mail_by_another_way_is_one_message(inbox):
    raw = make_mail()
    first = receive(inbox, raw)

    again = receive(inbox, b"Received: from somewhere; else\nDelivered-To: support@desk.test\n" + raw)

    assert again.outcome == "duplicate"
    assert again.ticket == first.ticket
    assert Message.objects.count() == 1
    assert InboundPayload.objects.filter(state="duplicate").get().reason.startswith("The same message")


def test_fault17_a_mail_to_two_inboxes_of_a_brand_is_one_message(inbox):
    raw = make_mail()
    receive(inbox, raw)

    again = receive(make_inbox(address="billing@desk.test"), raw)

    assert again.outcome == "duplicate"
    assert "Billing" in again.reason


def test_two_brands_each_get_their_own(inbox):
    raw = make_mail()
    receive(inbox, raw)

    other = receive(make_inbox(address="help@other.test", brand=make_brand("Other")), raw)

    assert other.outcome == OPENED
    assert Ticket.objects.count() == 2


def test_fault16_an_id_used_twice_with_different_words_keeps_both_and_says_so(inbox):
    receive(inbox, make_mail("First.", message_id="same@example.org"))

    second = receive(inbox, make_mail("Second.", message_id="same@example.org"))

    assert second.outcome == ADDED
    assert second.message.facts["message_id_was_used_before"] is True
    assert Message.objects.count() == 2


def test_without_an_id_the_same_words_of_the_same_time_are_the_same_mail(inbox):
    raw = make_mail(message_id="")
    receive(inbox, raw)

    assert receive(inbox, raw).outcome == "duplicate"
    assert receive(inbox, make_mail(message_id="", date="Wed, 04 Nov 2026 10:00:00 +0100")).outcome == OPENED


def test_alarms_without_id_and_date_are_told_apart_by_their_way(inbox):
    raw = make_mail("Disk full", message_id="", date="")
    receive(inbox, b"Received: by mx; Mon, 2 Nov 2026 00:00:00 +0000\n" + raw)

    assert receive(inbox, b"Received: by mx; Tue, 3 Nov 2026 00:00:00 +0000\n" + raw).outcome == OPENED


def test_the_same_mail_twice_in_one_batch_is_one_message(inbox):
    raw = make_mail()
    for _ in range(3):
        accept(inbox, raw)

    outcomes = intake.process_claimed(claims.claim_new())

    assert [outcome.outcome for outcome in outcomes] == [OPENED, "duplicate", "duplicate"]


# ---- What becomes no message


def test_mail_from_ourselves_is_ignored_and_listed(inbox):
    make_inbox(address="sales@desk.test", aliases=["shop@desk.test"])

    for sender in ("support@desk.test", "Shop <SHOP@desk.test>", "sales+eu@desk.test"):
        outcome = receive(inbox, make_mail(sender=sender))
        assert (outcome.outcome, outcome.reason) == ("ignored", "It comes from an address of this desk.")

    assert Ticket.objects.count() == 0
    assert InboundPayload.objects.filter(state="ignored").count() == 3


def test_our_own_mail_that_comes_back_is_ignored(inbox):
    marked = make_mail(headers={loop_mark.HEADER: loop_mark.mark()})
    minted = make_mail(message_id=reply_address.mint(7, 8, "support@desk.test"))

    assert {receive(inbox, raw).reason for raw in (marked, minted)} == {
        "A mail of this desk came back to it."
    }


def test_another_desks_loop_mark_is_not_ours(inbox):
    assert receive(inbox, make_mail(headers={"x-helpdesk-loop": "another"})).outcome == OPENED


def test_our_own_control_headers_mean_nothing_from_outside(inbox):
    raw = make_mail(
        headers=dict.fromkeys(("X-HelpDesk-Ticket", "X-HELPDESK-AGENT", "x-helpdesk-status"), "42")
    )

    outcome = receive(inbox, raw)

    assert outcome.outcome == OPENED
    assert outcome.ticket.status_id == "new"


def test_what_a_blocked_customer_writes_is_ignored(inbox):
    customers.block(make_customer(email="elena@example.org"), actor=make_agent().as_actor)

    outcome = receive(inbox, make_mail())

    assert (outcome.outcome, outcome.reason) == ("ignored", "The sender is blocked.")


def test_an_automatic_answer_neither_reopens_nor_waits(inbox):
    ticket = receive(inbox, make_mail(message_id="q@example.org")).ticket
    Ticket.objects.update(status="solved", category="solved", waiting_since=None)

    outcome = receive(
        inbox, make_mail(in_reply_to="q@example.org", headers={"Auto-Submitted": "auto-replied"})
    )

    ticket.refresh_from_db()
    assert outcome.outcome == ADDED
    assert outcome.message.automatic
    assert (ticket.status_id, ticket.waiting_since) == ("solved", None)


# ---- Trouble


def test_what_cannot_be_read_is_held_and_a_ticket_stands_in_for_it(inbox, monkeypatch):
    monkeypatch.setattr(guard, "parse_many", lambda raws: [guard.ParseFailed("Too deep.", kind="refused")])

    outcome = receive(inbox, make_mail(subject="Poison"))

    payload = InboundPayload.objects.get()
    assert (outcome.outcome, outcome.reason) == ("quarantined", "Too deep.")
    assert (payload.state, payload.reason, payload.ticket) == ("quarantined", "Too deep.", outcome.ticket)
    assert outcome.ticket.subject == "Poison"
    assert outcome.ticket.requester.email == "elena@example.org"
    assert stand_ins.TEXT in outcome.ticket.messages.get().text


def test_a_held_mail_that_comes_twice_has_one_stand_in(inbox, monkeypatch):
    monkeypatch.setattr(
        guard, "parse_many", lambda raws: [guard.ParseFailed("No.", kind="refused")] * len(raws)
    )
    raw = make_mail()
    receive(inbox, raw)

    assert receive(inbox, raw).outcome == "duplicate"
    assert Ticket.objects.count() == 1


def test_a_mail_without_any_sender_is_held(inbox):
    outcome = receive(inbox, b"Subject: who am I\n\nHello")

    assert (outcome.outcome, outcome.reason) == ("quarantined", "The mail does not say who sent it.")
    assert outcome.ticket.requester.name == "Unknown sender"


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"\n\n\n", b"just words", b"From: a\n" * 3])
def test_whatever_arrives_is_visible_to_somebody(inbox, raw):
    outcome = receive(inbox, raw)

    assert outcome.ticket is not None
    assert InboundPayload.objects.get().state in ("done", "quarantined")


def test_a_fault_of_ours_holds_the_one_mail_and_lets_the_others_through(inbox, monkeypatch):
    honest = handling.handle

    def stumbles(readings, known):
        if any("bad" in message.subject for reading in readings for message in reading.messages):
            raise ValueError("a bug")
        return honest(readings, known)

    monkeypatch.setattr(handling, "handle", stumbles)
    for subject in ("good", "bad", "good too"):
        accept(inbox, make_mail(subject=subject))

    outcomes = intake.process_claimed(claims.claim_new())

    assert [outcome.outcome for outcome in outcomes] == [OPENED, "quarantined", OPENED]
    assert "ValueError: a bug" in InboundPayload.objects.get(state="quarantined").reason


def test_trouble_that_passes_is_tried_again(inbox, monkeypatch):
    def broken(*arguments):
        raise OperationalError("the database is away")

    payload = accept(inbox, make_mail())
    with monkeypatch.context() as patch:
        patch.setattr(handling, "handle", broken)
        assert intake.process(payload) is None

    payload.refresh_from_db()
    assert payload.state == "retry"
    assert Ticket.objects.count() == 0


def test_a_batch_that_fails_at_its_end_leaves_nothing_behind(inbox):
    accept(inbox, make_mail())
    accept(inbox, make_mail())

    with faults.armed("intake.before_commit=raise@1"):
        outcomes = intake.process_claimed(claims.claim_new())

    assert [outcome.outcome for outcome in outcomes] == [OPENED, OPENED]
    assert Ticket.objects.count() == Message.objects.count() == ExternalThread.objects.count() == 2


def test_process_due_works_off_what_waits(inbox):
    for _ in range(7):
        accept(inbox, make_mail())

    assert intake.process_due() == 7
    assert Ticket.objects.count() == 7
    assert intake.process_due() == 0


def test_the_number_of_questions_does_not_grow_with_the_batch(inbox, django_assert_max_num_queries):
    for n in range(20):
        accept(inbox, make_mail(sender=f"person{n}@example.org"))
    batch = claims.claim_new()

    with django_assert_max_num_queries(24):
        intake.process_claimed(batch)
