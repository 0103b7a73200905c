"""How often may the desk act by itself? Caps over sliding windows, so that two machines never keep each other busy.

Headers tell most machines, and what came back from ourselves is known by its mark. These caps are for all others: an
autoresponder that looks like a person, a dead address whose bounces look like letters, a flood in borrowed names. What
is held back is written down and can be seen, on the ticket and on the inbox's page. What a person writes is counted
nowhere and never held back.

Windows slide exactly: what counts is what left within the last hour or day by the database's clock, not what left since
some full hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from channels_inbox.email import reply_address
from channels_inbox.models import Inbox, MessageDelivery, Reflex
from foundation import one_trip
from tickets import events
from tickets.models import Message, Ticket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cap:
    name: str  # as Reflex.held_by has it
    of: tuple[str, ...]  # the fields of Reflex whose values they share
    most: int
    per: timedelta
    why: str


CONFIRMATIONS = (
    Cap(
        "address",
        ("correspondent",),
        1,
        HOUR,
        "this address was sent one within the hour. Perhaps a machine answers there, or somebody uses its name.",
    ),
    Cap("day", ("correspondent",), 5, DAY, "this address was sent five within a day."),
    Cap(
        "ticket",
        ("ticket",),
        3,
        DAY,
        "the desk has written three mails by itself about this ticket within a day.",
    ),
    Cap("machine", ("machine",), 20, HOUR, "there were too many requests from this machine within the hour."),
    Cap(
        "inbox",
        ("inbox",),
        100,
        HOUR,
        "this inbox has sent its share within the hour; it looks like a flood.",
    ),
    Cap(
        "brand",
        ("inbox__brand",),
        200,
        HOUR,
        "this brand has sent its share within the hour; it looks like a flood.",
    ),
)
# To agents, of what happens to their tickets: an agent whose autoresponder looks like a person would answer each one.
NOTIFICATIONS = (
    Cap(
        "agent",
        ("correspondent", "ticket"),
        10,
        HOUR,
        "this agent was told ten times of this ticket within the hour. Perhaps two machines answer each other.",
    ),
    Cap("agent_hour", ("correspondent",), 60, HOUR, "this agent was told sixty times within the hour."),
)
CAPS: Mapping[str, tuple[Cap, ...]] = {
    Reflex.Kind.CONFIRMATION: CONFIRMATIONS,
    Reflex.Kind.NOTIFICATION: NOTIFICATIONS,
}
WHY = {cap.name: f"Not sent: {cap.why}" for caps in CAPS.values() for cap in caps}  # by Reflex.held_by

# More than a person writes about one thing in an hour.
MAILS_TO_A_TICKET = 20
STORM = "storm"
ATTENTION = (
    f"One sender wrote more than {MAILS_TO_A_TICKET} mails within an hour. All are kept; none reopens this."
)
TOO_MANY_MAILS = f"it is one of more than {MAILS_TO_A_TICKET} mails of this sender here within an hour"


@transaction.atomic
def may_leave(
    row: MessageDelivery,
    *,
    address: str,
    ticket: Ticket | None,
    kind: str = Reflex.Kind.CONFIRMATION,
    machine: str = "",
) -> str:
    """Count an automatic mail that is about to leave. Returns why it must not, as a sentence; "" where it may.

    Asked again for the same delivery it says the same and counts nothing.
    """
    _one_at_a_time(row.inbox.brand_id)
    known = Reflex.objects.filter(delivery=row).first()
    reflex = known or Reflex(
        kind=kind,
        inbox=row.inbox,
        ticket=ticket,
        delivery=row,
        # One mailbox, whatever stands behind its plus.
        correspondent=reply_address.without_tag(address)[:254],
        machine=machine[:45],
    )
    if known is None:
        reflex.held_by = _full(reflex)
        reflex.save()
        _tell(reflex)
    return WHY.get(reflex.held_by, "")


def _tell(reflex: Reflex) -> None:
    """Whoever reads the ticket sees that its customer was told nothing, and why."""
    if reflex.held_by and reflex.ticket and reflex.kind == Reflex.Kind.CONFIRMATION:
        reason = WHY[reflex.held_by]
        events.record(reflex.ticket, events.CONFIRMATION_HELD_BACK, changes={"reason": ["", reason]})


def _full(reflex: Reflex) -> str:
    """The name of the first cap that is reached; all of them in one question."""
    caps = [cap for cap in CAPS[reflex.kind] if all(_value(reflex, field) for field in cap.of)]
    left = Reflex.objects.filter(kind=reflex.kind, held_by="", at__gt=Now() - DAY)
    counts = left.aggregate(
        **{
            f"of_{cap.name}": Count("pk", filter=Q(at__gt=Now() - cap.per, **_shared(reflex, cap)))
            for cap in caps
        }
    )
    return next((cap.name for cap in caps if counts[f"of_{cap.name}"] >= cap.most), "")


def _shared(reflex: Reflex, cap: Cap) -> dict[str, object]:
    return {field: _value(reflex, field) for field in cap.of}


def _value(reflex: Reflex, field: str) -> object:
    return reflex.inbox.brand_id if field == "inbox__brand" else getattr(reflex, field)


def _one_at_a_time(brand: int) -> None:
    """Two workers that look at the same moment would both see room for one more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('channels_inbox.reflex'), %s)", [brand])


def is_storm(ticket: Ticket, *, author: int) -> bool:
    """Has this customer (a primary key) written so often into the ticket that one more mail need wake nobody?"""
    return (
        len(one_trip.ask(one_trip.kept(_lately, MAILS_TO_A_TICKET, ticket.pk, author))[0])
        >= MAILS_TO_A_TICKET
    )


def _lately(most: int, ticket: int, author: int) -> QuerySet[Message, Any]:
    """Every answer of a customer asks this."""
    inbound = Message.objects.filter(direction=Message.Direction.INBOUND, created_at__gt=Now() - HOUR)
    return inbound.filter(ticket=ticket, author_customer=author).values_list("pk")[:most]


def note_storm(message: Message, inbox: Inbox) -> None:
    """This mail of a storm woke nobody. It stands in its ticket; here it counts for the inbox's page."""
    Reflex.objects.create(
        kind=Reflex.Kind.WAKING,
        inbox=inbox,
        ticket=message.ticket,
        correspondent=reply_address.without_tag(message.author_address)[:254],
        held_by=STORM,
    )
