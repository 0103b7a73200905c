"""What happened to a ticket: the history agents read, the audit trail, and the outbox the desk reacts to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Agent, Customer
from tickets.models.message import Message
from tickets.models.ticket import Ticket

_WAITING = Q(processed_at=None, parked_at=None)


class TicketEventQuerySet(models.QuerySet["TicketEvent"]):
    def waiting(self) -> TicketEventQuerySet:
        return self.filter(_WAITING)

    def parked(self) -> TicketEventQuerySet:
        return self.exclude(parked_at=None)

    def for_timeline(self) -> TicketEventQuerySet:
        return self.select_related("actor_agent", "actor_customer")


class TicketEvent(models.Model):
    """Written in the transaction of the change it tells of; never changed afterwards but for its processing."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=40)
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, blank=True, related_name="events", db_index=False
    )
    actor_agent = models.ForeignKey(Agent, models.SET_NULL, null=True, blank=True, db_index=False)
    actor_customer = models.ForeignKey(Customer, models.SET_NULL, null=True, blank=True, db_index=False)
    actor_label = models.CharField(max_length=120, blank=True)  # a rule, an import, the mail server
    changes = models.JSONField(default=dict)  # {"status": ["open", "solved"]}
    caused_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, db_index=False)
    depth = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    # Processing, by tickets.dispatch.
    next_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    processed_at = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)  # gave up; an admin decides

    objects = TicketEventQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["ticket", "id"], name="event_of_ticket"),
            # Small however long the history grows: only what still waits.
            models.Index(fields=["id"], name="event_waiting", condition=_WAITING),
            models.Index(fields=["ticket", "id"], name="event_waiting_of_ticket", condition=_WAITING),
            models.Index(fields=["id"], name="event_parked", condition=Q(parked_at__isnull=False)),
            # Whoever deletes a message or an event has PostgreSQL look for what points at it.
            models.Index(fields=["message"], name="event_of_message", condition=Q(message__isnull=False)),
            models.Index(fields=["caused_by"], name="event_of_cause", condition=Q(caused_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.ticket_id}"

    @property
    def actor(self) -> Agent | Customer | str:
        return self.actor_agent or self.actor_customer or self.actor_label


class EventDelivery(models.Model):
    """One reaction's turn at an event that did not go smoothly, so that a retry skips what is done.

    Events that went through at the first try have no rows here.
    """

    event = models.ForeignKey(TicketEvent, models.CASCADE, related_name="deliveries")
    reaction = models.CharField(max_length=120)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "reaction"], name="one_turn_per_reaction")]

    def __str__(self) -> str:
        return f"{self.reaction} for {self.event_id}"
