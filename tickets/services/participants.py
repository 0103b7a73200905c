"""The people around a ticket who get its answers and may write in it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.timezone import now

from accounts import customers
from accounts.models import Agent, Customer
from tickets import events
from tickets.models import Participant, Ticket
from tickets.services import locking


def add(*, ticket: Ticket, addresses: Collection[str], actor: Agent) -> list[Customer]:
    """Let the people at these addresses take part. Returns those who did not before."""
    return _add(ticket, addresses, actor) if addresses else []


@transaction.atomic
def _add(ticket: Ticket, addresses: Collection[str], actor: Agent) -> list[Customer]:
    locking.lock(ticket)
    people = customers.identify_all([(address, "") for address in dict.fromkeys(addresses)])
    present = set(ticket.participants.filter(removed_at=None).values_list("customer_id", flat=True))
    new = [person for person in people if person.pk not in present and person.pk != ticket.requester_id]
    for person in new:
        Participant.objects.update_or_create(
            ticket=ticket, customer=person, defaults={"removed_at": None, "added_by": actor}
        )
        events.record(
            ticket,
            events.PARTICIPANT_ADDED,
            actor=actor,
            changes={"participant": ["", person.display_name]},
        )
    return new


@transaction.atomic
def remove(*, ticket: Ticket, participant: Participant, actor: Agent) -> None:
    """This person gets no more answers, and what they write is held until an agent accepts it."""
    locking.lock(ticket)
    if not Participant.objects.filter(pk=participant.pk, removed_at=None).update(removed_at=now()):
        return
    events.record(
        ticket,
        events.PARTICIPANT_REMOVED,
        actor=actor,
        changes={"participant": [participant.customer.display_name, ""]},
    )
