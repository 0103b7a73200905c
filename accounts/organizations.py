"""Organizations: found by the name people say, made where they are new, and the domains their mail comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.customers import EMAIL, PUBLIC_MAIL_DOMAINS
from accounts.models import Customer, Organization, OrganizationDomain
from foundation import audit
from foundation.errors import HelpdeskError

DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


class DomainRefused(HelpdeskError):
    """This domain does not say whose mail it is."""


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


@transaction.atomic
def change_domains(organization: Organization, *, domains: Sequence[str], actor: audit.Actor) -> None:
    """Whoever writes from these domains belongs to the organization, those included who wrote already.

    Nobody is taken away from an organization, neither by another domain nor by one that goes. Raises DomainRefused.
    """
    wanted = sorted({domain.strip().lower().lstrip("@") for domain in domains} - {""})
    before = sorted(organization.domains.values_list("domain", flat=True))
    if wanted == before:
        return
    new = set(wanted) - set(before)
    _check(organization, sorted(new))
    organization.domains.exclude(domain__in=wanted).delete()
    OrganizationDomain.objects.bulk_create(
        OrganizationDomain(organization=organization, domain=domain) for domain in sorted(new)
    )
    for domain in sorted(new):
        theirs = Customer.objects.filter(
            organization=None, identities__kind=EMAIL, identities__value__iendswith=f"@{domain}"
        )
        Customer.objects.filter(pk__in=theirs.values("pk")).update(organization=organization)
    changes = {"domains": [before, wanted]}
    audit.record(actor=actor, action="organization.changed", obj=organization, changes=changes)


def _check(organization: Organization, domains: Sequence[str]) -> None:
    for domain in domains:
        if not DOMAIN.fullmatch(domain):
            raise DomainRefused(_("“%(name)s” is not the name of a domain.") % {"name": domain[:80]})
        if domain in PUBLIC_MAIL_DOMAINS:
            raise DomainRefused(_("Anybody can have an address at %(name)s.") % {"name": domain})
        taken = OrganizationDomain.objects.filter(domain=domain).exclude(organization=organization)
        if other := taken.select_related("organization").first():
            raise DomainRefused(
                _("%(name)s belongs to %(other)s already.") % {"name": domain, "other": other.organization}
            )
