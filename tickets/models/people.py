"""People around a ticket besides its requester and assignee."""

from django.db import models
from django.db.models.functions import Now

from accounts.models import Agent, Customer
from tickets.models.ticket import Ticket


class Participant(models.Model):
    """A customer who was in To or Cc, or was added by an agent: gets answers, may write.

    Being put in Cc of a mail never lets anybody read what was written before.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="participants")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="participations")
    added_by = models.ForeignKey(Agent, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["ticket", "customer"], name="participant_once")]

    def __str__(self) -> str:
        return f"{self.customer} in {self.ticket}"


class TicketSeen(models.Model):
    """How far an agent has read in a ticket."""

    agent = models.ForeignKey(Agent, models.CASCADE)
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="seen")
    event_id = models.BigIntegerField()  # the newest event they were shown
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "ticket"], name="seen_once")]

    def __str__(self) -> str:
        return f"{self.agent_id} saw {self.ticket_id}"
