"""Who is writing? Find the customer behind an address, or make a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import Customer, CustomerIdentity, OrganizationDomain
from foundation import audit
from foundation.errors import HelpdeskError
from foundation.richtext import strip_controls

# Everybody may have an address there, so it says nothing about an organization.
PUBLIC_MAIL_DOMAINS = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com
    aol.com gmx.de gmx.net web.de t-online.de mail.com proton.me protonmail.com orange.fr free.fr libero.it
    """.split()  # noqa: SIM905 (a list of words reads better as words)
)

EMAIL = CustomerIdentity.Kind.EMAIL


class AddressTaken(HelpdeskError):
    """The address is that of another customer."""

    status = 409

    def __init__(self, address: str) -> None:
        super().__init__(_("“%(address)s” belongs to another customer.") % {"address": address})


def normalise(kind: str, value: str) -> str:
    """The one spelling under which an identity is kept."""
    value = strip_controls(value).strip()
    return value.lower()[:254] if kind == EMAIL else value[:254]


def identify(*, email: str, name: str = "") -> Customer:
    """The customer who writes from this address. Two mails at once make one customer, not two."""
    return identify_all([(email, name)])[0]


def identify_all(people: Iterable[tuple[str, str]]) -> list[Customer]:
    """The customers behind these (address, name) pairs, in their order, made where they are new."""
    wanted = [(normalise(EMAIL, email), strip_controls(name).strip()[:160]) for email, name in people]
    known = _known({email for email, _name in wanted})
    if new := {email: name for email, name in reversed(wanted) if email not in known}:
        known |= _create_all(new)
    for email, name in wanted:
        if name and not known[email].name:
            _learn_name(known[email], name)
    return [known[email] for email, _name in wanted]


def _known(emails: set[str]) -> dict[str, Customer]:
    identities = CustomerIdentity.objects.filter(kind=EMAIL, value__in=emails).select_related("customer")
    return {identity.value: identity.customer for identity in identities}


def _create_all(new: Mapping[str, str]) -> dict[str, Customer]:
    """Customers by address, made together; one by one where another worker makes one of them at the same time."""
    organizations = _organizations_of(new)
    try:
        with transaction.atomic():
            made = Customer.objects.bulk_create(
                [Customer(name=name, organization_id=organizations.get(email)) for email, name in new.items()]
            )
            CustomerIdentity.objects.bulk_create(
                [
                    CustomerIdentity(customer=customer, kind=EMAIL, value=email)
                    for email, customer in zip(new, made, strict=True)
                ]
            )
            return dict(zip(new, made, strict=True))
    except IntegrityError:
        return {email: _create(email, name, organizations.get(email)) for email, name in new.items()}


def _create(email: str, name: str, organization: int | None) -> Customer:
    try:
        with transaction.atomic():
            customer = Customer.objects.create(name=name, organization_id=organization)
            CustomerIdentity.objects.create(customer=customer, kind=EMAIL, value=email)
            return customer
    except IntegrityError:  # another worker was faster
        return _known({email})[email]


def _learn_name(customer: Customer, name: str) -> None:
    customer.name = name
    customer.save(update_fields=["name"])


def _organizations_of(emails: Iterable[str]) -> dict[str, int]:
    """Organizations by address, for those whose domain belongs to one."""
    domains = {email: email.rpartition("@")[2] for email in emails}
    asked = set(domains.values()) - PUBLIC_MAIL_DOMAINS - {""}
    rows = OrganizationDomain.objects.filter(domain__in=asked).values_list("domain", "organization_id")
    found = dict(rows) if asked else {}
    return {email: found[domain] for email, domain in domains.items() if domain in found}


def note_undeliverable(*, email: str, words: str) -> None:
    """A server said that this address takes no mail."""
    known = CustomerIdentity.objects.filter(kind=EMAIL, value=normalise(EMAIL, email))
    known.filter(undeliverable_since=None).update(undeliverable_since=now(), undeliverable_words=words[:300])


def note_reachable(emails: Iterable[str]) -> None:
    """Mail has come from these addresses, or has arrived there."""
    known = CustomerIdentity.objects.filter(kind=EMAIL, value__in=[normalise(EMAIL, each) for each in emails])
    known.exclude(undeliverable_since=None).update(undeliverable_since=None, undeliverable_words="")


@transaction.atomic
def correct_address(customer: Customer, *, wrong: str, right: str, actor: audit.Actor) -> None:
    """From now on the customer is written to at `right`. Raises AddressTaken where that is somebody else's."""
    right = normalise(EMAIL, right)
    owner = CustomerIdentity.objects.filter(kind=EMAIL, value=right).first()
    if owner and owner.customer_id != customer.pk:
        raise AddressTaken(right)
    CustomerIdentity.objects.get_or_create(kind=EMAIL, value=right, defaults={"customer": customer})
    note_reachable([right])
    note_undeliverable(email=wrong, words="")
    audit.record(actor=actor, action="customer.changed", obj=customer, changes={"email": [wrong, right]})


def verify(customer: Customer, *, email: str) -> None:
    """The customer has shown that they read mail at this address."""
    CustomerIdentity.objects.filter(
        customer=customer, kind=EMAIL, value=normalise(EMAIL, email), verified_at=None
    ).update(verified_at=now())


@transaction.atomic
def change(customer: Customer, *, actor: audit.Actor, **values: object) -> Customer:
    """Edit a customer's own fields, and note who did."""
    changes = audit.changes_between({field: getattr(customer, field) for field in values}, values)
    for field in changes:
        setattr(customer, field, values[field])
    if changes:
        customer.save(update_fields=list(changes))
        audit.record(actor=actor, action="customer.changed", obj=customer, changes=changes)
    return customer


@transaction.atomic
def block(customer: Customer, *, actor: audit.Actor) -> Customer:
    """Nothing this customer sends becomes a ticket until they are unblocked; it is kept and listed."""
    return change(customer, actor=actor, blocked_at=now())


@transaction.atomic
def unblock(customer: Customer, *, actor: audit.Actor) -> Customer:
    return change(customer, actor=actor, blocked_at=None)
