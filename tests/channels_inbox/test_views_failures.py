"""What was not sent or not done, by cause, and how it is put straight."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.timezone import now

from channels_inbox import outbox
from channels_inbox.models import InboundPayload, MessageDelivery
from foundation.models import AuditEntry
from tests.channels_inbox.mails import accept, make_mail
from tests.make import make_agent, make_customer, make_inbox, make_ticket
from tickets import dispatch
from tickets.models import EventDelivery, Message, TicketEvent
from tickets.services import delivery, replies

pytestmark = pytest.mark.django_db
REFUSED = "550 5.1.1 <{address}>: Recipient address rejected"
State = MessageDelivery.State


@pytest.fixture
def manager(client):
    agent = make_agent(role="Manager", name="Mika Korhonen")
    client.force_login(agent)
    return agent


@pytest.fixture
def undelivered(manager):
    """Make answers that did not arrive, or of which nobody knows."""
    inbox = make_inbox(settings={"smtp_host": "smtp.example.com"})

    def make(state=State.FAILED, *, email="gone@example.org", reply=REFUSED):
        ticket = make_ticket(requester=make_customer(email=email), brand=inbox.brand)
        message = replies.post_reply(ticket=ticket, author=manager, html="<p>Here you are.</p>")
        dispatch.process_events()
        words = reply.format(address=email)
        MessageDelivery.objects.filter(message=message).update(state=state, provider_reply=words)
        delivery.record_delivery(message=message, state=str(state), note=words, may_fall_back=True)
        dispatch.process_events()
        return MessageDelivery.objects.get(message=message)

    return make


def page(client, show="", **query):
    return client.get(reverse("channels_inbox:failures"), {"show": show, **query} if show else {})


def decide(client, *rows, show="failed", **values):
    values = {"pk": [row.pk for row in rows], "show": show, **values}
    answer = client.post(reverse("channels_inbox:decide_deliveries"), values, follow=True)
    dispatch.process_events()
    return answer


def test_nothing_failed_is_a_page_too(client, manager):
    assert "Nothing has failed" in page(client).text


def test_one_cause_is_one_group_whoever_it_struck(client, undelivered):
    undelivered(email="ana@example.org")
    undelivered(email="bo@example.org")
    undelivered(reply="452 4.2.2 mailbox full")

    shown = page(client, "failed")

    assert [(cause.count, cause.words) for cause in shown.context["causes"]] == [
        (2, "550 5.1.1 …: Recipient address rejected"),
        (1, "452 4.2.2 mailbox full"),
    ]
    only = page(client, "failed", cause="452 4.2.2 mailbox full")
    assert len(only.context["page"].rows) == 1


def test_a_failed_answer_is_sent_again(client, undelivered):
    row = undelivered()

    decide(client, row, do="again")

    row.refresh_from_db()
    assert (row.state, row.message.delivery) == (State.QUEUED, Message.Delivery.QUEUED)
    assert AuditEntry.objects.filter(action="delivery.retried", actor_label="Mika Korhonen").exists()


def test_all_of_one_cause_are_sent_again(client, undelivered):
    undelivered(email="ana@example.org")
    undelivered(email="bo@example.org")
    other = undelivered(reply="452 4.2.2 mailbox full")

    decide(client, cause="550 5.1.1 …: Recipient address rejected", do="again")

    assert MessageDelivery.objects.filter(state=State.QUEUED).count() == 2
    other.refresh_from_db()
    assert other.state == State.FAILED


def test_what_is_in_doubt_is_never_sent_again_by_itself(client, undelivered):
    row = undelivered(State.IN_DOUBT, reply="no answer after the final dot")

    shown = page(client, "in_doubt")

    assert "Sent again, they may arrive twice." in shown.text
    row.refresh_from_db()
    assert row.state == State.IN_DOUBT


def test_somebody_knows_that_it_arrived(client, undelivered):
    row = undelivered(State.IN_DOUBT, reply="no answer after the final dot")

    decide(client, row, show="in_doubt", do="arrived")

    row.refresh_from_db()
    assert (row.state, row.message.delivery) == (State.SENT, Message.Delivery.SENT)
    row.ticket.refresh_from_db()
    assert row.ticket.needs_attention == ""


def test_a_notice_can_be_sent_again_too(client, manager):
    row = MessageDelivery.objects.create(
        kind="notice",
        inbox=make_inbox(),
        idempotency_key="notice:1",
        rfc_message_id="n1@desk.test",
        sender="support@desk.test",
        recipients={"to": ["ana@example.org"]},
        state=State.FAILED,
    )

    decide(client, row, do="again")

    row.refresh_from_db()
    assert row.state == State.QUEUED


def test_who_came_second_changes_nothing(client, undelivered):
    row = undelivered()
    outbox.settle_as_sent(row)

    assert "Nothing was chosen" in decide(client, row, do="again").text
    row.refresh_from_db()
    assert row.state == State.SENT


def test_other_states_are_out_of_reach(client, undelivered):
    row = undelivered()

    assert (
        client.post(reverse("channels_inbox:decide_deliveries"), {"pk": row.pk, "show": "queued"}).status_code
        == 404
    )


# ---- What the desk did not do


@pytest.fixture
def parked(manager):
    ticket = make_ticket()
    event = ticket.events.first()
    TicketEvent.objects.filter(pk=event.pk).update(parked_at=now(), attempts=7, processed_at=None)
    EventDelivery.objects.create(
        event=event, reaction="automation.reactions.route", error="KeyError: 'team 4711'", attempts=7
    )
    return event


def test_an_event_that_was_given_up_is_shown_with_its_error(client, parked):
    shown = page(client, "events")

    assert "automation.reactions.route" in shown.text
    assert "KeyError" in shown.text
    assert shown.context["causes"][0].words == "automation.reactions.route: KeyError: 'team …'"


def test_it_is_done_again(client, parked):
    row = EventDelivery.objects.get()

    client.post(reverse("channels_inbox:retry_events"), {"pk": row.pk})

    parked.refresh_from_db()
    assert (parked.parked_at, parked.attempts) == (None, 0)
    assert AuditEntry.objects.filter(action="event.retried").exists()


def test_mail_that_was_given_up_is_taken_in_again(client, manager):
    payload = accept(make_inbox(), make_mail())
    InboundPayload.objects.update(state="dead", reason="The database was away for days.")
    assert "The database was away" in page(client, "given_up").text

    client.post(reverse("channels_inbox:retry_given_up"), {"pk": payload.pk})

    payload.refresh_from_db()
    assert payload.state == InboundPayload.State.RECEIVED


def test_there_are_no_other_tabs(client, manager):
    assert page(client, "secrets").status_code == 404
