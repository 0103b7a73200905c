"""A ticket's conversation in the order it happened: messages, notes, and what changed between them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import cached_property

from accounts.models import Agent
from foundation import one_trip
from foundation.one_trip import Question, Row
from tickets import events, history
from tickets.history import Happening
from tickets.models import Attachment, Message, Ticket

EVENTS_SHOWN = 300
# A long conversation begins with one line for each of its earlier messages.
OPEN_AT_THE_END = 6
MESSAGES_SHOWN = 200
DEEPER = 10  # times as much, when all of it is asked for


@dataclass(slots=True, kw_only=True)
class Said:
    """A message or a note."""

    message: Message
    is_new: bool = False  # somebody else wrote it since the agent looked
    is_folded: bool = False  # one line, opened on demand
    is_said: bool = True

    @property
    def at(self) -> datetime:
        return self.message.created_at

    @property
    def key(self) -> str:
        """The primary key as it stands in the page: a number would be written in the reader's language."""
        return str(self.message.pk)


@dataclass(slots=True, kw_only=True)
class Done:
    """One change, or several in a row."""

    events: list[Happening] = field(default_factory=list)
    is_said: bool = False

    @property
    def at(self) -> datetime:
        return self.events[0].created_at


@dataclass(kw_only=True)
class Timeline:
    entries: list[Said | Done]
    last_event: int  # the newest one that is shown
    has_earlier: bool  # messages before the first entry
    everything: bool  # asked for in full

    @cached_property
    def first_new(self) -> Said | None:
        return next((entry for entry in self.entries if isinstance(entry, Said) and entry.is_new), None)

    @cached_property
    def has_folded(self) -> bool:
        return any(isinstance(entry, Said) and entry.is_folded for entry in self.entries)


def questions(ticket: Ticket, *, everything: bool = False) -> tuple[Question, Question]:
    """For `one_trip.ask`; their rows are for `arranged`. `everything` goes back further."""
    depth = DEEPER if everything else 1
    return (
        # Events first: a message that arrives between the two is then shown, but not yet "seen".
        history.question(ticket, EVENTS_SHOWN * depth),
        (
            SAID.format(message=one_trip.columns(Message, "message")),
            [ticket.pk, Message.Delivery.CANCELLED, MESSAGES_SHOWN * depth + 1],
        ),
    )


def timeline_of(
    ticket: Ticket,
    agent: Agent,
    *,
    seen: int | None,
    everything: bool = False,
    opened: Collection[int] = (),
) -> Timeline:
    """What an agent reads; see `arranged`."""
    happened, written = one_trip.ask(*questions(ticket, everything=everything))
    rows = (happened, written)
    return arranged(ticket, agent, rows, seen=seen, everything=everything, opened=opened)


def arranged(
    ticket: Ticket,
    agent: Agent,
    rows: tuple[list[Row], list[Row]],
    *,
    seen: int | None,
    has_files: bool = True,
    everything: bool = False,
    opened: Collection[int] = (),
) -> Timeline:
    """Of the rows of `questions`. `seen` is the newest event the agent was shown before; None on the first visit.

    Where the ticket has no files, `has_files` saves the question for those of its messages.
    `everything` unfolds all; `opened` are the messages that stand before the agent in full.
    """
    happened, written = rows
    told = history.answer(happened)
    shown = MESSAGES_SHOWN * (DEEPER if everything else 1)
    messages = _messages(written, with_files=has_files)
    has_earlier = len(messages) > shown
    messages = messages[-shown:]
    new = _new_messages(told, agent, seen)
    said = [_said(message, ticket, is_new=message.pk in new) for message in messages]
    if not everything:
        _fold(said, opened)
    start = messages[0].created_at if has_earlier and messages else None
    done = [event for event in told if event.is_told and (start is None or event.created_at >= start)]
    return Timeline(
        entries=_merge(said, done),
        last_event=told[-1].pk if told else 0,
        has_earlier=has_earlier,
        everything=everything,
    )


# With the name of the agent who wrote each: the agent's other columns would cost more than the message's own.
SAID = """
select {message}, agent.name from tickets_message message
left join accounts_agent agent on agent.id = message.author_agent_id
where message.ticket_id = %s and message.delivery <> %s order by message.id desc limit %s
"""


def _messages(rows: list[Row], *, with_files: bool) -> list[Message]:
    """Oldest first, each with its `files`."""
    messages = []
    for row in reversed(rows):
        message = one_trip.instance(Message, row)
        message.agent_name, message.files = row[-1], []  # type: ignore[attr-defined]
        messages.append(message)
    if with_files:
        by_pk = {message.pk: message for message in messages}
        for file in Attachment.objects.filter(message__in=by_pk).order_by("pk"):
            by_pk[file.message_id].files.append(file)  # type: ignore[index, attr-defined]
    return messages


def _new_messages(told: list[Happening], agent: Agent, seen: int | None) -> set[int]:
    """Nothing is marked on the first visit: there everything is new."""
    if seen is None:
        return set()
    return {
        event.message_id
        for event in told
        if event.pk > seen
        and event.message_id
        and event.kind in events.CONVERSATION
        and event.actor_agent_id != agent.pk
    }


def _said(message: Message, ticket: Ticket, *, is_new: bool) -> Said:
    message.ticket = ticket
    return Said(message=message, is_new=is_new)


def _fold(said: list[Said], opened: Collection[int]) -> None:
    """Fold what was read long ago; never what is new, nor what asks for something."""
    first_new = next((place for place, entry in enumerate(said) if entry.is_new), len(said))
    trouble = (Message.Delivery.FAILED, Message.Delivery.IN_DOUBT)
    for entry in said[: max(0, min(first_new, len(said) - OPEN_AT_THE_END))]:
        may_fold = not entry.message.is_held and entry.message.delivery not in trouble
        entry.is_folded = may_fold and entry.message.pk not in opened


def _merge(said: list[Said], done: list[Happening]) -> list[Said | Done]:
    """In the order of time; changes in a row become one entry. What one transaction did begins with the message."""
    ordered = sorted(
        [(entry.at, 0, entry.message.pk, entry) for entry in said]
        + [(event.created_at, 1, event.pk, event) for event in done],
        key=lambda item: item[:3],
    )
    entries: list[Said | Done] = []
    for *_order, item in ordered:
        if isinstance(item, Said):
            entries.append(item)
        elif entries and isinstance(entries[-1], Done):
            entries[-1].events.append(item)
        else:
            entries.append(Done(events=[item]))
    return entries
