"""What the desk writes, and how it is taken back."""

import pytest

from tests.make import make_agent, make_message, make_ticket
from tickets import events, files
from tickets.errors import NewerActivity, NothingWritten, TooLate
from tickets.models import Draft, Message
from tickets.services import delivery, replies, resending

pytestmark = pytest.mark.django_db


def reply(ticket, author, html="<p>We refunded you.</p>", **details):
    return replies.post_reply(ticket=ticket, author=author, html=html, **details)


def test_a_reply_waits_for_the_undo_window_and_settles_the_clock():
    ticket, agent = make_ticket(), make_agent()

    message = reply(ticket, agent)

    ticket.refresh_from_db()
    assert message.delivery == Message.Delivery.QUEUED
    assert message.is_public
    assert message.send_after > message.created_at
    assert ticket.waiting_since is None
    assert ticket.first_replied_at is not None
    assert ticket.snippet == "We refunded you."


def test_who_answers_an_unassigned_ticket_has_it():
    ticket, agent = make_ticket(), make_agent()

    reply(ticket, agent)

    ticket.refresh_from_db()
    assert ticket.assignee == agent
    assert ticket.status_id == "open"


def test_sending_and_solving_is_one_step():
    ticket, agent = make_ticket(), make_agent()

    reply(ticket, agent, status="solved")

    ticket.refresh_from_db()
    assert ticket.status_id == "solved"
    assert ticket.solved_at is not None


def test_fault43_the_same_form_sent_twice_makes_one_message():
    ticket, agent = make_ticket(), make_agent()

    first = reply(ticket, agent, client_key="abc")
    second = reply(ticket, agent, client_key="abc")

    assert first == second


def test_a_reply_stops_when_something_newer_was_written():
    ticket, agent = make_ticket(), make_agent()
    seen = ticket.events.last().pk
    make_message(ticket, text="Forget it, it works now.")

    with pytest.raises(NewerActivity) as refusal:
        reply(ticket, agent, last_seen_event=seen)

    assert refusal.value.events[0].message.text == "Forget it, it works now."
    assert not ticket.messages.filter(direction="out").exists()


def test_my_own_note_does_not_stop_my_reply():
    ticket, agent = make_ticket(), make_agent()
    seen = ticket.events.last().pk
    replies.add_note(ticket=ticket, author=agent, html="<p>checking</p>")

    assert reply(ticket, agent, last_seen_event=seen).pk


@pytest.mark.parametrize("html", ["", "   ", "<p></p>", "<p><br></p>", "<script>alert(1)</script>"])
def test_an_empty_reply_is_refused(html):
    with pytest.raises(NothingWritten):
        reply(make_ticket(), make_agent(), html=html)


def test_scripts_do_not_survive_writing():
    message = reply(make_ticket(), make_agent(), html='<p onclick="x()">Hi<script>alert(1)</script></p>')

    assert "script" not in message.html
    assert "onclick" not in message.html


def test_undo_restores_the_words_the_files_and_the_ticket():
    ticket, agent = make_ticket(), make_agent()
    [upload] = files.store(
        [files.NewFile(name="a.txt", content=b"hello", content_type="text/plain")],
        ticket=ticket,
        uploaded_by=agent,
    )
    waiting = ticket.waiting_since
    message = reply(ticket, agent, attachments=[upload], status="solved")

    draft = replies.undo_send(message=message, actor=agent)

    ticket.refresh_from_db()
    assert (ticket.status_id, ticket.assignee, ticket.waiting_since) == ("new", None, waiting)
    assert ticket.first_replied_at is None
    assert "We refunded you." in draft.html
    assert list(draft.attachments.all()) == [upload]
    assert not ticket.messages.public().filter(pk=message.pk).exists()


def test_undo_comes_too_late_once_the_outbox_has_begun():
    ticket, agent = make_ticket(), make_agent()
    message = reply(ticket, agent)
    assert delivery.begin_sending(message=message)

    with pytest.raises(TooLate):
        replies.undo_send(message=message, actor=agent)


def test_the_outbox_cannot_begin_what_was_taken_back():
    agent = make_agent()
    message = reply(make_ticket(), agent)
    replies.undo_send(message=message, actor=agent)

    assert not delivery.begin_sending(message=message)


def test_nobody_takes_back_what_somebody_else_wrote():
    message = reply(make_ticket(), make_agent())

    with pytest.raises(TooLate):
        replies.undo_send(message=message, actor=make_agent())


def test_a_note_is_internal_and_leaves_the_clock_alone():
    ticket, agent = make_ticket(), make_agent()

    note = replies.add_note(ticket=ticket, author=agent, html="<p>secret</p>")

    ticket.refresh_from_db()
    assert note.is_note
    assert ticket.waiting_since is not None
    assert ticket.snippet != "secret"
    assert not ticket.messages.public().filter(pk=note.pk).exists()


def test_sending_retires_the_draft_of_its_own_composer_only():
    ticket, agent = make_ticket(), make_agent()
    for mode in Draft.Mode.values:
        Draft.objects.create(ticket=ticket, agent=agent, mode=mode, html="<p>half</p>")

    reply(ticket, agent)

    assert [draft.mode for draft in Draft.objects.all()] == [Draft.Mode.NOTE]


def test_a_failed_reply_reopens_the_ticket_and_asks_for_attention():
    ticket, agent = make_ticket(), make_agent()
    message = reply(ticket, agent, status="solved")

    delivery.record_delivery(message=message, state="failed", note="550 5.1.1 no such user")

    ticket.refresh_from_db()
    message.refresh_from_db()
    assert ticket.status_id == "open"
    assert ticket.needs_attention
    assert message.delivery_note == "550 5.1.1 no such user"
    assert ticket.events.filter(kind=events.MESSAGE_FAILED).exists()


def test_attention_is_no_longer_needed_once_the_retry_went_through():
    ticket, agent = make_ticket(), make_agent()
    message = reply(ticket, agent)
    delivery.record_delivery(message=message, state="failed", note="no route")

    resending.retry_send(message=message, actor=agent)
    delivery.record_delivery(message=message, state="sent")

    ticket.refresh_from_db()
    assert ticket.needs_attention == ""


def test_a_late_receipt_does_not_undo_a_better_one():
    message = reply(make_ticket(), make_agent())
    delivery.record_delivery(message=message, state="read")

    assert not delivery.record_delivery(message=message, state="delivered")

    message.refresh_from_db()
    assert message.delivery == "read"


def test_a_bounce_turns_a_sent_message_into_a_failed_one():
    message = reply(make_ticket(), make_agent())
    delivery.record_delivery(message=message, state="sent")

    assert delivery.record_delivery(message=message, state="failed", note="mailbox full", may_fall_back=True)
