"""What people do with messages that were held or set aside: have them read again, let them in, or throw them away.

Each verb says who did it, on the payload and in the audit trail, and settles the ticket that stood in for the
message. Raw bytes are never deleted here.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from channels_inbox import doorbell, reading, stand_ins
from channels_inbox.adapter import PayloadUnreadable
from channels_inbox.models import InboundPayload
from channels_inbox.registry import adapter_for
from foundation import audit
from foundation.errors import HelpdeskError
from tickets.models import Ticket

State = InboundPayload.State
# A person may look into these; what is still being worked on, and what has become a message, is left alone.
OPEN_TO_DECISION = (State.QUARANTINED, State.DEAD, State.IGNORED, State.RETRY)


class NotHeld(HelpdeskError):
    """Somebody else has decided meanwhile, or it was never held."""

    def __init__(self) -> None:
        super().__init__(_("This message is no longer held. Somebody else may have decided about it."))


@transaction.atomic
def reprocess(payloads: QuerySet[InboundPayload], *, actor: audit.Actor) -> int:
    """Have these read once more, as if they had just arrived. Returns how many; the others are no longer held."""
    again = payloads.order_by().filter(state__in=OPEN_TO_DECISION)
    count = again.update(state=State.RECEIVED, attempts=0, next_at=Now(), finished_at=None, lease=None)
    if count:
        audit.record(actor=actor, action="payload.reprocessed", changes={"count": [None, count]})
        doorbell.ring_after_commit(doorbell.PROCESS_PAYLOADS)
    return count


@transaction.atomic
def release(payload: InboundPayload, *, actor: audit.Actor) -> InboundPayload:
    """Let in what was set aside for what it is or who sent it: it is read again, and not screened this time."""
    row = _lock(payload)
    row.transport = {**row.transport, "released_by": actor[1]}
    row.save(update_fields=["transport"])
    audit.record(actor=actor, action="payload.released", obj=row)
    reprocess(InboundPayload.objects.filter(pk=row.pk), actor=actor)
    row.refresh_from_db()
    return row


@transaction.atomic
def discard(payload: InboundPayload, *, reason: str, actor: audit.Actor) -> InboundPayload:
    """Throw a held message away, saying why. It stays in the ledger, and may be read again after all."""
    row = _lock(payload)
    row.state, row.reason, row.finished_at = State.IGNORED, f"Discarded by {actor[1]}: {reason}", Now()
    row.save(update_fields=["state", "reason", "finished_at"])
    if row.ticket:
        stand_ins.settle(row.ticket, f"The held message was discarded by {actor[1]}: {reason}")
    audit.record(actor=actor, action="payload.discarded", obj=row, changes={"reason": ["", reason]})
    return row


@transaction.atomic
def make_ticket(payload: InboundPayload, *, actor: audit.Actor) -> Ticket:
    """Work on it by hand: the ticket that stands in for it stays, and the message counts as done."""
    row = _lock(payload)
    key = adapter_for(row.inbox).content_key(reading.mail_of(row))
    if row.ticket is None:
        trouble = PayloadUnreadable(row.reason, sender=stand_ins.sender_of(row), subject=row.subject)
        row.ticket = stand_ins.hold(reading.Reading(row, trouble, key), trouble, {}).ticket
    row.state, row.reason, row.finished_at = State.DONE, f"Made a ticket by {actor[1]}.", Now()
    row.save(update_fields=["state", "reason", "finished_at", "ticket"])
    audit.record(actor=actor, action="payload.made_ticket", obj=row)
    assert row.ticket is not None
    return row.ticket


def _lock(payload: InboundPayload) -> InboundPayload:
    held = InboundPayload.objects.filter(pk=payload.pk, state__in=OPEN_TO_DECISION)
    row = held.select_for_update(of=("self",)).select_related("inbox__brand", "inbox__team", "ticket").first()
    if row is None:
        raise NotHeld
    return row
