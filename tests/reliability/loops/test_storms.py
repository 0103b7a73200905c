"""One correspondent writes without end into one ticket: all is kept and visible, and nobody is woken each time."""

from __future__ import annotations

import pytest

from channels_inbox import intake, loop_caps
from channels_inbox.models import InboundPayload, Reflex
from tests.channels_inbox.mails import accept, make_mail, receive
from tests.make import make_agent, make_inbox
from tickets.models import Ticket
from tickets.services import workflow

pytestmark = pytest.mark.django_db
STORM = 200


@pytest.fixture
def ticket():
    return receive(make_inbox(acknowledge=False), make_mail(message_id="first@example.org")).ticket


def write(ticket: Ticket, count: int) -> None:
    inbox = ticket.payloads.first().inbox
    for number in range(count):
        accept(inbox, make_mail(f"Alert {number}", in_reply_to="first@example.org"))
    intake.process_due()


def reopenings(ticket: Ticket) -> int:
    return ticket.events.filter(kind="status.changed", changes__status__1="open").count()


def test_two_hundred_mails_in_an_hour_are_kept_and_asked_attention_for_once(ticket):
    write(ticket, STORM)

    ticket.refresh_from_db()
    assert ticket.messages.count() == 1 + STORM
    assert InboundPayload.objects.filter(state="done", ticket=ticket).count() == 1 + STORM
    assert ticket.messages.filter(automatic=False).count() == loop_caps.MAILS_TO_A_TICKET
    assert ticket.needs_attention == loop_caps.ATTENTION
    assert (
        Reflex.objects.filter(held_by="storm", ticket=ticket).count()
        == 1 + STORM - loop_caps.MAILS_TO_A_TICKET
    )
    reasons = {message.facts["automatic_because"] for message in ticket.messages.filter(automatic=True)}
    assert reasons == {loop_caps.TOO_MANY_MAILS}


def test_a_storm_does_not_open_again_what_an_agent_has_solved(ticket):
    write(ticket, loop_caps.MAILS_TO_A_TICKET)
    for _round in range(5):
        workflow.change_status(ticket=ticket, status="solved", actor=make_agent())
        write(ticket, 10)

    ticket.refresh_from_db()
    assert (ticket.status_id, reopenings(ticket)) == ("solved", 0)
    assert ticket.needs_attention, "somebody must see that there is more to read"


def test_the_storm_of_one_does_not_silence_another(ticket):
    write(ticket, STORM)
    workflow.change_status(ticket=ticket, status="solved", actor=make_agent())
    inbox = ticket.payloads.first().inbox
    receive(inbox, make_mail(in_reply_to="first@example.org", headers={"Cc": "bob@example.org"}))

    receive(inbox, make_mail("Is it mended?", sender="bob@example.org", in_reply_to="first@example.org"))

    assert reopenings(ticket) == 1


def test_an_hour_later_the_same_customer_opens_it_again(ticket):
    write(ticket, STORM)
    workflow.change_status(ticket=ticket, status="solved", actor=make_agent())
    ticket.messages.update(created_at="2026-01-01T00:00Z")

    receive(ticket.payloads.first().inbox, make_mail("Hello?", in_reply_to="first@example.org"))

    assert reopenings(ticket) == 1


def test_the_page_shows_that_it_needs_attention_and_the_list_has_it(ticket, client):
    write(ticket, STORM)

    client.force_login(make_agent())

    assert loop_caps.ATTENTION in client.get(f"/t/{ticket.number}/").text
    assert ticket.subject in client.get("/inbox/attention/").text
