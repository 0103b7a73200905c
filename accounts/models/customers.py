"""Customers, the addresses and handles they write from, and the organizations they belong to."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _


class Organization(models.Model):
    name = models.CharField(max_length=160)
    notes = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class OrganizationDomain(models.Model):
    """Mail from this domain comes from this organization."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253, unique=True)

    def __str__(self) -> str:
        return self.domain


class CustomerQuerySet(models.QuerySet["Customer"]):
    def present(self) -> CustomerQuerySet:
        return self.filter(anonymised_at=None)

    def with_identities(self) -> CustomerQuerySet:
        return self.select_related("organization").prefetch_related("identities")

    def matching(self, words: str) -> CustomerQuerySet:
        """Customers whose name or one of whose addresses holds each of these words.

        Looks the words up to find a rare one: its few customers are then all that is looked at. Where every word
        is common, the customers are read in their order until a page is full.
        """
        parts = sorted(words.split()[:5], key=len, reverse=True)
        for place, part in enumerate(parts):
            found = _holders(part)
            if len(found) <= RARE:
                self = self.filter(pk__in=found)
                parts = parts[:place] + parts[place + 1 :]
                break
        for part in parts:
            reached = CustomerIdentity.objects.filter(customer=models.OuterRef("pk"), **_holds("value", part))
            self = self.filter(models.Q(**_holds("name", part)) | models.Exists(reached))
        return self


# A word that stands in so many names and addresses is rare.
RARE = 2000


def _holders(part: str) -> list[int]:
    """The customers whose name or address holds this; where it is common, more than RARE of them."""
    # A union, because an OR across the two tables could use neither of their indexes.
    named = Customer.objects.filter(**_holds("name", part)).values_list("pk", flat=True)
    reached = CustomerIdentity.objects.filter(**_holds("value", part)).values_list("customer", flat=True)
    return list(named.order_by().union(reached.order_by(), all=True)[: RARE + 1])


def _holds(field: str, part: str) -> dict[str, str]:
    # A trigram has three letters: shorter words are looked for at the beginning.
    return {f"{field}__icontains" if len(part) > 2 else f"{field}__istartswith": part}


class Customer(models.Model):
    """Somebody who asks. Not an agent: another table, another cookie, another session."""

    name = models.CharField(max_length=160, blank=True)
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="customers"
    )
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    notes = models.TextField(blank=True)
    is_vip = models.BooleanField(default=False)
    blocked_at = models.DateTimeField(null=True, blank=True)
    anonymised_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = [
            # The people page looks for a part of a name among a million.
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="customer_name_trgm"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.name or self.email or str(_("Unknown customer"))

    @property
    def email(self) -> str:
        """The first email address, oldest first, one that takes mail before one that does not; empty: there is none."""
        mail = [each for each in self.identities.all() if each.kind == CustomerIdentity.Kind.EMAIL]
        mail.sort(key=lambda each: each.undeliverable_since is not None)
        return mail[0].value if mail else ""


class CustomerIdentity(models.Model):
    """One way to recognise a customer: an email address, a phone number, a handle."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("Email")
        PHONE = "phone", _("Phone")
        EXTERNAL = "external", _("External id")

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=20)
    # Normalised by accounts.customers.normalise: email in lower case, phone in E.164.
    value = models.CharField(max_length=254)
    # When the customer last proved that this is theirs, by a link or a signature.
    verified_at = models.DateTimeField(null=True, blank=True)
    # Since when mail to it comes back for good, and what the server said. A mail from there ends it.
    undeliverable_since = models.DateTimeField(null=True, blank=True)
    undeliverable_words = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("kind", Lower("value"), name="one_customer_per_identity"),
        ]
        indexes = [
            GinIndex(OpClass(Upper("value"), name="gin_trgm_ops"), name="identity_value_trgm"),
        ]

    def __str__(self) -> str:
        return self.value

    @property
    def kind_label(self) -> str:
        known = self.kind in self.Kind.values
        return str(self.Kind(self.kind).label) if known else self.kind
