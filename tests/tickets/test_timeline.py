"""A ticket's conversation, put together for a reader."""

import pytest

from tests.make import make_agent, make_customer, make_message, make_ticket
from tickets import events
from tickets.models import Message
from tickets.services import replies, workflow
from tickets.timeline import OPEN_AT_THE_END, Done, Said, timeline_of

pytestmark = pytest.mark.django_db


def said(timeline):
    return [entry for entry in timeline.entries if isinstance(entry, Said)]


def test_messages_notes_and_changes_stand_in_the_order_of_time():
    agent, ticket = make_agent(), make_ticket(status="open", text="First.")
    replies.add_note(ticket=ticket, author=agent, html="<p>Second.</p>")
    workflow.change_priority(ticket=ticket, priority=4, actor=agent)
    workflow.change_status(ticket=ticket, status="pending", actor=agent)
    make_message(ticket, text="Third.")

    told = [
        entry.message.text if isinstance(entry, Said) else [event.kind for event in entry.events]
        for entry in timeline_of(ticket, agent, seen=None).entries
    ]

    assert told == [
        "First.",
        "Second.",
        [events.PRIORITY_CHANGED, events.STATUS_CHANGED],
        "Third.",
        [events.STATUS_CHANGED],
    ]


def test_what_was_taken_back_is_gone_but_its_undoing_is_told():
    agent, ticket = make_agent(), make_ticket(status="open")
    message = replies.post_reply(ticket=ticket, author=agent, html="<p>Hasty.</p>")
    replies.undo_send(message=message, actor=agent)

    timeline = timeline_of(ticket, agent, seen=None)

    assert message.pk not in {entry.message.pk for entry in said(timeline)}
    kinds = {event.kind for entry in timeline.entries if isinstance(entry, Done) for event in entry.events}
    assert events.MESSAGE_UNDONE in kinds


class TestNews:
    def test_on_the_first_visit_nothing_is_marked(self):
        timeline = timeline_of(make_ticket(), make_agent(), seen=None)

        assert timeline.first_new is None

    def test_what_others_wrote_since_is_new_and_ones_own_is_not(self):
        agent, ticket = make_agent(), make_ticket()
        seen = ticket.events.last().pk
        replies.add_note(ticket=ticket, author=agent, html="<p>Mine.</p>")
        theirs = make_message(ticket, text="Theirs.")

        timeline = timeline_of(ticket, agent, seen=seen)

        assert [entry.message for entry in said(timeline) if entry.is_new] == [theirs]
        assert timeline.first_new.message == theirs

    def test_the_newest_event_is_the_one_that_was_read(self):
        ticket = make_ticket()
        workflow.change_priority(ticket=ticket, priority=4, actor=make_agent())

        assert timeline_of(ticket, make_agent(), seen=None).last_event == ticket.events.last().pk


class TestFolding:
    def long(self, count=OPEN_AT_THE_END + 4):
        ticket = make_ticket(text="0")
        return ticket, [ticket.messages.get(), *(make_message(ticket, text=f"{n}") for n in range(1, count))]

    def folded(self, timeline):
        return [entry.message.text for entry in said(timeline) if entry.is_folded]

    def test_a_long_conversation_begins_with_one_line_each(self):
        ticket, _messages = self.long()

        assert self.folded(timeline_of(ticket, make_agent(), seen=None)) == ["0", "1", "2", "3"]

    def test_a_short_one_is_shown_in_full(self):
        ticket, _messages = self.long(OPEN_AT_THE_END)

        assert self.folded(timeline_of(ticket, make_agent(), seen=None)) == []

    def test_nothing_new_is_folded(self):
        ticket, messages = self.long()
        seen = messages[1].events.first().pk

        assert self.folded(timeline_of(ticket, make_agent(), seen=seen)) == ["0", "1"]

    def test_what_asks_for_something_is_not_folded(self):
        ticket, messages = self.long()
        Message.objects.filter(pk=messages[1].pk).update(delivery=Message.Delivery.FAILED)
        Message.objects.filter(pk=messages[2].pk).update(is_held=True)

        assert self.folded(timeline_of(ticket, make_agent(), seen=None)) == ["0", "3"]

    def test_what_the_reader_opened_stays_open(self):
        ticket, messages = self.long()

        timeline = timeline_of(ticket, make_agent(), seen=None, opened={messages[1].pk})

        assert self.folded(timeline) == ["0", "2", "3"]

    def test_all_of_it_on_demand(self):
        ticket, _messages = self.long()

        assert self.folded(timeline_of(ticket, make_agent(), seen=None, everything=True)) == []


def test_the_writer_shown_is_the_one_who_wrote():
    ticket = make_ticket()
    stranger = make_customer(name="Mallory", email="mallory@else.test")

    message = make_message(ticket, author=stranger, held=True)

    [*_before, last] = said(timeline_of(ticket, make_agent(), seen=None))
    assert last.message == message
    assert last.message.author_address == "mallory@else.test"
