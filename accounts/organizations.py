"""Organizations: found by the name people say, made where they are new."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Organization
from foundation import audit


@transaction.atomic
def called(name: str, *, actor: audit.Actor) -> Organization | None:
    """The organization of this name, whatever its spelling in capitals; None for no name."""
    if not name:
        return None
    found = Organization.objects.filter(name__iexact=name).order_by("pk").first()
    if found is None:
        found = Organization.objects.create(name=name)
        audit.record(actor=actor, action="organization.added", obj=found)
    return found


@transaction.atomic
def change_notes(organization: Organization, *, notes: str, actor: audit.Actor) -> None:
    if organization.notes == notes:
        return
    changes = {"notes": [organization.notes, notes]}
    organization.notes = notes
    organization.save(update_fields=["notes"])
    audit.record(actor=actor, action="organization.changed", obj=organization, changes=changes)
