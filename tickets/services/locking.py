"""Take a ticket for changing: one writer at a time, and always the newest values."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.timezone import now

from tickets.models import Ticket


def lock(ticket: Ticket) -> Ticket:
    """Bring the ticket up to date and lock it until the transaction ends. Readers are not held up."""
    ticket.refresh_from_db(from_queryset=Ticket.objects.select_for_update(no_key=True))
    return ticket


def save(ticket: Ticket, fields: Iterable[str], *, touch: bool = True) -> None:
    """Write some fields of a locked ticket. `touch` moves it up in the lists."""
    names = list(fields)
    if touch:
        ticket.updated_at = now()
        names.append("updated_at")
    ticket.save(update_fields=names)
