"""A ticket's conversation in the order it happened: messages, notes, and what changed between them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils.functional import cached_property

from accounts.models import Agent
from tickets import events, history
from tickets.models import Message, Ticket

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


@dataclass(slots=True, kw_only=True)
class Done:
    """One change, or several in a row."""

    events: list[Any] = field(default_factory=list)  # rows of history.FIELDS
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


def timeline_of(
    ticket: Ticket,
    agent: Agent,
    *,
    seen: int | None,
    everything: bool = False,
    opened: Collection[int] = (),
) -> Timeline:
    """What an agent reads. `seen` is the newest event they were shown before; None on the first visit.

    `everything` unfolds all and goes back further; `opened` are the messages that stand before the agent in full.
    """
    # Events first: a message that arrives between the two queries is then shown, but not yet "seen".
    told = _latest(ticket.events.values_list(*history.FIELDS, named=True), EVENTS_SHOWN, everything)
    messages = _latest(_messages(ticket), MESSAGES_SHOWN + 1, everything)
    shown = MESSAGES_SHOWN * (DEEPER if everything else 1)
    has_earlier = len(messages) > shown
    messages = messages[-shown:]
    new = _new_messages(told, agent, seen)
    said = [_said(message, ticket, is_new=message.pk in new) for message in messages]
    if not everything:
        _fold(said, opened)
    start = messages[0].created_at if has_earlier and messages else None
    done = [
        event for event in told if history.is_told(event) and (start is None or event.created_at >= start)
    ]
    return Timeline(
        entries=_merge(said, done),
        last_event=told[-1].pk if told else 0,
        has_earlier=has_earlier,
        everything=everything,
    )


def _messages(ticket: Ticket) -> QuerySet[Message]:
    """With the name of the agent who wrote each: the agent's other columns would cost more than the message's own."""
    told = ticket.messages.exclude(delivery=Message.Delivery.CANCELLED)
    return told.annotate(agent_name=F("author_agent__name")).prefetch_related("attachments")


def _latest(rows: QuerySet[Any, Any], count: int, everything: bool) -> list[Any]:
    """The latest of a conversation, in its order."""
    return list(rows.order_by("-pk")[: count * (DEEPER if everything else 1)])[::-1]


def _new_messages(told: list[Any], agent: Agent, seen: int | None) -> set[int]:
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


def _merge(said: list[Said], done: list[Any]) -> list[Said | Done]:
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
