"""Which ticket a message joins, why, and who is kept out."""

from __future__ import annotations

import pytest

from channels_inbox import claims, intake
from channels_inbox.email import reply_address
from tests.channels_inbox.mails import accept, make_mail, receive
from tests.make import make_agent, make_brand, make_customer, make_inbox
from tickets.models import Message, Participant, Ticket
from tickets.services import replies

pytestmark = pytest.mark.django_db
OPENED, ADDED = "ticket_opened", "reply_added"
STRANGER = "Mallory <mallory@evil.test>"


@pytest.fixture
def inbox():
    return make_inbox()


@pytest.fixture
def ticket(inbox) -> Ticket:
    return receive(inbox, make_mail(message_id="question@example.org")).ticket


def signed(ticket: Ticket, address: str = "support@desk.test") -> str:
    return reply_address.sign(address, ticket.number)


def minted(ticket: Ticket, message: int = 17) -> str:
    return reply_address.mint(ticket.number, message, "support@desk.test")


# ---- The rules, in their order


def test_an_answer_to_the_signed_address_joins(inbox, ticket):
    outcome = receive(inbox, make_mail(to=f"Support <{signed(ticket)}>", subject="Something else"))

    assert (outcome.outcome, outcome.ticket) == (ADDED, ticket)
    assert outcome.message.facts["matched_by"] == "reply_address"


def test_the_signed_address_may_stand_in_the_envelope_only(inbox, ticket):
    raw = make_mail(to="undisclosed@example.org", headers={"Delivered-To": signed(ticket)})

    assert receive(inbox, raw).ticket == ticket


@pytest.mark.parametrize("where", ["in_reply_to", "references"])
def test_an_answer_to_our_message_joins(inbox, ticket, where):
    given = minted(ticket) if where == "in_reply_to" else ["other@example.org", minted(ticket)]

    outcome = receive(inbox, make_mail(**{where: given}))

    assert outcome.ticket == ticket
    assert outcome.message.facts["why"] == "It answers a message that this desk has sent."


def test_an_answer_to_the_customers_own_message_joins(inbox, ticket):
    outcome = receive(inbox, make_mail(in_reply_to="question@example.org"))

    assert outcome.ticket == ticket
    assert outcome.message.facts["matched_by"] == "their_message_id"


def test_an_id_that_was_merely_referred_to_leads_there_too(inbox):
    """The second mail of a conversation came first: the first one finds it."""
    late = receive(inbox, make_mail(in_reply_to="first@example.org", references=["first@example.org"]))

    assert receive(inbox, make_mail(message_id="first@example.org")).ticket == late.ticket


def test_the_number_in_the_subject_leads_the_people_of_the_ticket_there(inbox, ticket):
    outcome = receive(inbox, make_mail(subject=f"Re: Charged twice [#{ticket.number}]"))

    assert outcome.ticket == ticket
    assert outcome.message.facts["matched_by"] == "subject_number"


def test_a_bare_number_is_no_ticket_number(inbox, ticket):
    assert receive(inbox, make_mail(subject=f"Order #{ticket.number}")).outcome == OPENED


def test_what_we_signed_beats_what_anybody_can_write(inbox, ticket):
    other = receive(inbox, make_mail(message_id="other@example.org")).ticket

    raw = make_mail(to=signed(other), in_reply_to="question@example.org", subject=f"[#{ticket.number}]")

    assert receive(inbox, raw).ticket == other


def test_an_answer_reopens_a_solved_ticket(inbox, ticket):
    Ticket.objects.update(status="solved", category="solved")

    receive(inbox, make_mail(to=signed(ticket)))

    ticket.refresh_from_db()
    assert ticket.status_id == "open"


def test_an_answer_to_a_closed_ticket_opens_one_follow_up_for_all_that_comes(inbox, ticket):
    Ticket.objects.update(status="closed", category="closed")

    first, second = (receive(inbox, make_mail(text, to=signed(ticket))) for text in ("One.", "Two."))

    assert (first.outcome, first.ticket.follow_up_of) == (OPENED, ticket)
    assert (second.outcome, second.ticket) == (ADDED, first.ticket)


def test_an_answer_to_a_merged_ticket_lands_where_that_went(inbox, ticket):
    target = receive(inbox, make_mail()).ticket
    Ticket.objects.filter(pk=ticket.pk).update(merged_into=target)

    outcome = receive(inbox, make_mail(in_reply_to="question@example.org"))

    assert (outcome.outcome, outcome.ticket) == (ADDED, target)


def test_nobody_finds_a_ticket_in_the_trash(inbox, ticket):
    Ticket.objects.update(trashed_at="2026-11-01T00:00Z")

    assert receive(inbox, make_mail(to=signed(ticket))).outcome == OPENED


def test_another_brand_does_not_know_the_ticket(inbox, ticket):
    other = make_inbox(address="help@other.test", brand=make_brand("Other"))
    raw = make_mail(to=signed(ticket, "help@other.test"), in_reply_to="question@example.org")

    assert receive(other, raw).outcome == OPENED


def test_question_and_follow_up_in_one_batch_are_one_ticket(inbox):
    accept(inbox, make_mail(message_id="a@example.org"))
    accept(inbox, make_mail(message_id="b@example.org", in_reply_to="a@example.org"))

    outcomes = intake.process_claimed(claims.claim_new())

    assert [outcome.outcome for outcome in outcomes] == [OPENED, ADDED]


def test_who_was_in_copy_answers_in_the_same_batch(inbox):
    accept(inbox, make_mail(message_id="a@example.org", headers={"Cc": "bob@example.org"}))
    accept(inbox, make_mail(sender="bob@example.org", in_reply_to="a@example.org"))

    outcomes = intake.process_claimed(claims.claim_new())

    assert [outcome.outcome for outcome in outcomes] == [OPENED, ADDED]


# ---- Who is kept out


def test_a_stranger_with_the_signed_address_is_heard_but_held(inbox, ticket):
    Ticket.objects.update(status="solved", category="solved")

    outcome = receive(inbox, make_mail(sender=STRANGER, to=signed(ticket), headers={"Cc": "eve@evil.test"}))

    ticket.refresh_from_db()
    message = outcome.message
    assert (outcome.ticket, message.is_held) == (ticket, True)
    assert (message.author_address, message.author_name) == ("mallory@evil.test", "Mallory")
    assert message.facts["held_because"] == "The sender does not take part in this ticket."
    assert ticket.status_id == "solved"
    assert ticket.requester.email == "elena@example.org"
    assert Participant.objects.count() == 0
    assert message not in Message.objects.public()


def test_a_stranger_who_quotes_an_id_opens_a_ticket_of_their_own(inbox, ticket):
    outcome = receive(inbox, make_mail(sender=STRANGER, in_reply_to="question@example.org"))

    assert outcome.outcome == OPENED
    assert outcome.message.facts["may_belong_to"] == ticket.number
    assert ticket.messages.count() == 1


def test_a_stranger_who_knows_the_number_opens_a_ticket_of_their_own(inbox, ticket):
    outcome = receive(inbox, make_mail(sender=STRANGER, subject=f"[#{ticket.number}] let me in"))

    assert outcome.outcome == OPENED
    assert outcome.message.facts["may_belong_to"] == ticket.number


def test_a_strangers_ticket_does_not_capture_the_conversation(inbox, ticket):
    receive(inbox, make_mail(sender=STRANGER, in_reply_to="question@example.org"))

    assert receive(inbox, make_mail(in_reply_to="question@example.org")).ticket == ticket


def test_an_accepted_stranger_takes_part_from_then_on(inbox, ticket):
    held = receive(inbox, make_mail(sender=STRANGER, to=signed(ticket))).message
    replies.accept_held(message=held, actor=make_agent())

    outcome = receive(inbox, make_mail(sender=STRANGER, to=signed(ticket)))

    assert not outcome.message.is_held


def test_who_was_removed_is_held_again(inbox, ticket):
    Participant.objects.create(
        ticket=ticket, customer=make_customer(email="mallory@evil.test"), removed_at="2026-11-01T00:00Z"
    )

    assert receive(inbox, make_mail(sender=STRANGER, to=signed(ticket))).message.is_held


def test_a_mail_that_fails_dmarc_never_speaks_for_the_customer(ticket, inbox):
    inbox.settings = {"authserv_id": "mx.desk.test"}
    inbox.save()
    verdict = {
        "Authentication-Results": "mx.desk.test; dmarc=fail header.from=example.org",
        "Cc": "eve@evil.test",
    }

    outcome = receive(inbox, make_mail(to=signed(ticket), headers=verdict))

    assert outcome.message.is_held
    assert outcome.message.facts["held_because"] == "The sender is probably not who they say."
    assert Participant.objects.count() == 0


def test_only_our_own_servers_verdict_counts(ticket, inbox):
    inbox.settings = {"authserv_id": "mx.desk.test"}
    inbox.save()

    outcome = receive(
        inbox, make_mail(to=signed(ticket), headers={"Authentication-Results": "mx.evil.test; dmarc=fail"})
    )

    assert not outcome.message.is_held


@pytest.mark.parametrize(
    "spoil",
    [
        lambda mac: "",
        lambda mac: mac[:-1],
        lambda mac: mac + "a",
        lambda mac: mac[:10],
        lambda mac: "a" * 26,
        lambda mac: mac[1:] + mac[0],
    ],
)
def test_a_spoiled_signature_is_none(inbox, ticket, spoil):
    address, message_id = signed(ticket), minted(ticket)
    for mac in (address.partition("@")[0][-26:], message_id.partition("@")[0][-26:]):
        address, message_id = address.replace(mac, spoil(mac)), message_id.replace(mac, spoil(mac))

    outcome = receive(inbox, make_mail(sender=STRANGER, to=address, in_reply_to=message_id))

    assert outcome.outcome == OPENED
    assert "may_belong_to" not in outcome.message.facts
