"""How a person without a password gets in: magic links, and the session a customer has afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models.agents import Agent
from accounts.models.customers import Customer


class MagicLink(models.Model):
    """A link that was mailed or printed. Only its hash is kept; the purpose is part of what is checked."""

    class Purpose(models.TextChoices):
        AGENT_SIGN_IN = "agent.sign_in"
        AGENT_PASSWORD = "agent.password"  # noqa: S105 (a purpose, not a password)
        CUSTOMER_SIGN_IN = "customer.sign_in"
        CUSTOMER_REQUEST = "customer.request"

    purpose = models.CharField(max_length=30)
    token_hash = models.CharField(max_length=64, unique=True)
    agent = models.ForeignKey(Agent, models.CASCADE, null=True, blank=True)
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True)
    # The one ticket that a customer.request link opens. A number, because tickets stand above people.
    ticket_number = models.BigIntegerField(null=True, blank=True)
    # Where it was mailed to: whoever opens it reads mail there.
    address = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agent=None, customer__isnull=False) | Q(agent__isnull=False, customer=None),
                name="a_link_is_for_one_person",
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="magic_link_expiry")]

    def __str__(self) -> str:
        return f"{self.purpose} link"


class CustomerSession(models.Model):
    """A browser in which a customer is known: for everything of theirs, or for one ticket only."""

    token_hash = models.CharField(max_length=64, unique=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="sessions")
    ticket_number = models.BigIntegerField(null=True, blank=True)  # null: all of the customer's requests
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="customer_session_expiry")]

    def __str__(self) -> str:
        return f"session of {self.customer_id}"
