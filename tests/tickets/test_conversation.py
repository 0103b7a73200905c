"""A customer's message joins its ticket."""

import pytest
from django.db import IntegrityError, connection, transaction

from tests.make import make_agent, make_brand, make_customer, make_incoming, make_message, make_ticket
from tickets import events
from tickets.models import Message
from tickets.services import conversation, workflow

pytestmark = pytest.mark.django_db


def test_a_first_message_opens_a_ticket_and_tells_so():
    ticket = make_ticket(subject="Printer on fire", text="It burns.")

    assert ticket.status_id == "new"
    assert ticket.snippet == "It burns."
    assert ticket.waiting_since is not None
    assert [event.kind for event in ticket.events.all()] == [events.TICKET_OPENED, events.MESSAGE_RECEIVED]


@pytest.mark.parametrize("status", ["pending", "on_hold", "solved"])
def test_a_reply_reopens_a_ticket(status):
    ticket = make_ticket(status=status)

    make_message(ticket)

    ticket.refresh_from_db()
    assert ticket.status_id == "open"
    assert ticket.category == "open"
    assert ticket.solved_at is None
    assert ticket.events.last().changes == {"status": [status, "open"]}


def test_a_new_ticket_stays_new_when_its_customer_writes_again():
    ticket = make_ticket()

    make_message(ticket)

    ticket.refresh_from_db()
    assert ticket.status_id == "new"


def test_an_automatic_message_neither_reopens_nor_counts_as_waiting():
    ticket = make_ticket(status="solved", waiting_since=None)

    make_message(ticket, automatic=True)

    ticket.refresh_from_db()
    assert ticket.status_id == "solved"
    assert ticket.waiting_since is None


def test_a_message_to_a_closed_ticket_opens_a_follow_up():
    ticket = make_ticket(status="closed", team="Billing")

    message = make_message(ticket, subject="Re: it again")

    assert message.ticket != ticket
    assert message.ticket.follow_up_of == ticket
    assert message.ticket.team == ticket.team
    assert message.ticket.number > ticket.number


def test_a_message_to_a_merged_ticket_lands_where_that_went():
    survivor = make_ticket(subject="The one that stays")
    merged = make_ticket(merged_into=survivor)

    message = make_message(merged)

    assert message.ticket == survivor


def test_a_held_message_brings_nobody_in_and_reopens_nothing():
    ticket = make_ticket(status="solved")
    stranger = make_customer(email="stranger@elsewhere.test")
    other = make_customer(email="other@elsewhere.test")

    make_message(ticket, author=stranger, held=True, participants=[other], text="let me in")

    ticket.refresh_from_db()
    assert ticket.status_id == "solved"
    assert not ticket.participants.exists()
    assert "let me in" not in ticket.snippet
    assert not ticket.messages.public().filter(text="let me in").exists()


def test_people_in_copy_become_participants_once():
    ticket = make_ticket()
    boss = make_customer(email="boss@example.org")

    make_message(ticket, participants=[boss, ticket.requester])
    make_message(ticket, participants=[boss])

    assert [participant.customer for participant in ticket.participants.all()] == [boss]


def test_one_cause_makes_one_message():
    ticket = make_ticket()
    make_message(ticket, source_key="inbound:7")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_message(ticket, source_key="inbound:7")


def test_the_database_makes_a_message_internal_unless_told_otherwise():
    ticket = make_ticket()

    with connection.cursor() as cursor:
        cursor.execute(
            "insert into tickets_message (ticket_id, direction, channel, author_name, author_address, recipients,"
            " text, html, quoted_text, quoted_html, automatic, is_held, facts, delivery, delivery_note, undo)"
            " values (%s, 'out', 'api', '', '', '{}', 'secret', '', '', '', false, false, '{}', '', '', '{}')"
            " returning visibility",
            [ticket.pk],
        )
        assert cursor.fetchone() == ("internal",)


def test_control_characters_never_reach_a_subject():
    ticket = make_ticket(subject="Hello\r\nBcc: everyone\u202e evil")

    assert "\n" not in ticket.subject
    assert "\u202e" not in ticket.subject


def test_a_message_without_a_subject_gets_one_from_its_text():
    incoming = make_incoming(subject="", text="My parcel never came. Where is it?")

    message = conversation.receive_message(incoming=incoming, ticket=None, brand=make_brand())

    assert message.ticket.subject.startswith("My parcel never came")


def test_changing_a_ticket_and_hearing_from_its_customer_at_once_loses_neither():
    ticket = make_ticket(status="open")
    stale = type(ticket).objects.get(pk=ticket.pk)
    agent = make_agent()

    make_message(ticket, text="news")
    workflow.assign(ticket=stale, assignee=agent, actor=agent)

    ticket.refresh_from_db()
    assert ticket.snippet == "news"
    assert ticket.assignee == agent
    assert Message.objects.filter(ticket=ticket).count() == 2
