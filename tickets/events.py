"""Record what happened to a ticket.

An event is written in the transaction of the change it tells of. It is the ticket's history,
and it is also the outbox: tickets.dispatch hands it to the desk's reactions.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db import transaction

from accounts.models import Agent, Customer
from tickets.models import Message, Ticket, TicketEvent

TICKET_OPENED = "ticket.opened"
TICKET_TRASHED = "ticket.trashed"
TICKET_RESTORED = "ticket.restored"
MESSAGE_RECEIVED = "message.received"
MESSAGE_ACCEPTED = "message.accepted"  # held until an agent let it in
MESSAGE_POSTED = "message.posted"  # an agent or the desk wrote to the customer
MESSAGE_UNDONE = "message.undone"
MESSAGE_HURRIED = "message.hurried"  # its author did not want to wait for the undo window
MESSAGE_SENT = "message.sent"
MESSAGE_FAILED = "message.failed"
MESSAGE_IN_DOUBT = "message.in_doubt"
MESSAGE_RETRIED = "message.retried"
MESSAGE_PUT_OFF = "message.put_off"  # it came back for now; it is sent again by itself
MESSAGE_CONFIRMED = "message.confirmed"  # somebody knows that a doubtful one has arrived
CONFIRMATION_HELD_BACK = (
    "confirmation.held_back"  # the desk would have told the customer that their request arrived
)
MESSAGE_FORWARDED = "message.forwarded"  # to somebody outside, whom the customer does not see
ASIDE_RECEIVED = "aside.received"  # what that somebody answered
ASIDE_SHARED = "aside.shared"  # an agent has shown it to the customer
NOTE_ADDED = "note.added"
STATUS_CHANGED = "status.changed"
ASSIGNEE_CHANGED = "assignee.changed"
TEAM_CHANGED = "team.changed"
PRIORITY_CHANGED = "priority.changed"
TYPE_CHANGED = "type.changed"
SUBJECT_CHANGED = "subject.changed"
TAGS_CHANGED = "tags.changed"
PARTICIPANT_ADDED = "participant.added"
PARTICIPANT_REMOVED = "participant.removed"

# Somebody wrote something: what the stale-send guard looks for.
CONVERSATION = (
    MESSAGE_RECEIVED,
    MESSAGE_ACCEPTED,
    MESSAGE_POSTED,
    MESSAGE_FORWARDED,
    ASIDE_RECEIVED,
    NOTE_ADDED,
)

Actor = Agent | Customer | str | None

logger = logging.getLogger(__name__)


def build(
    ticket: Ticket,
    kind: str,
    *,
    actor: Actor = None,
    message: Message | None = None,
    changes: dict[str, Any] | None = None,
    caused_by: TicketEvent | None = None,
) -> TicketEvent:
    """An event that is not written yet. `changes` maps a field to [before, after]."""
    return TicketEvent(
        ticket=ticket,
        kind=kind,
        actor_agent=actor if isinstance(actor, Agent) else None,
        actor_customer=actor if isinstance(actor, Customer) else None,
        actor_label=actor if isinstance(actor, str) else "",
        message=message,
        changes=changes or {},
        caused_by=caused_by,
        depth=caused_by.depth + 1 if caused_by else 0,
    )


def write(*events: TicketEvent) -> None:
    """Write events in one statement, in the order given. Must stand in the change's own transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event belongs into the transaction of the change it tells of.")
    TicketEvent.objects.bulk_create(events)
    _ring_after_commit()


def record(ticket: Ticket, kind: str, **details: Any) -> TicketEvent:
    """Build and write one event; see `build` for the details."""
    event = build(ticket, kind, **details)
    write(event)
    return event


def _ring_after_commit() -> None:
    connection = transaction.get_connection()
    # One ring wakes a worker for all events of a transaction.
    if not any(hook[1] is ring for hook in connection.run_on_commit):
        transaction.on_commit(ring)


def ring() -> None:
    """Wake a worker. A lost ring only costs time: the sweep finds the event."""
    try:
        # By name, because tickets.tasks stands above this module.
        current_app.send_task("tickets.process_events", retry=False, ignore_result=True)
    except Exception:  # whatever the broker's trouble is, the change is committed and the sweep will see it
        logger.warning("Could not ring for new events; the sweep will find them.", exc_info=True)
