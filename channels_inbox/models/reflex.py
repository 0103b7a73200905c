"""What the desk did by itself because a mail came, or did not: the memory of the caps in `loop_caps`."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from channels_inbox.models.delivery import MessageDelivery
from channels_inbox.models.inbox import Inbox
from tickets.models import Ticket


class Reflex(models.Model):
    """One automatic mail that left, or one act that was held back because there had been too many.

    Kept for a few days: no cap looks back further than one.
    """

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation"  # of a new request
        NOTIFICATION = "notification"  # to an agent, of one of their tickets
        WAKING = "waking"  # a mail opens its ticket again and calls the agents; only those held back are written down

    kind = models.CharField(max_length=12, choices=Kind.choices)
    inbox = models.ForeignKey(Inbox, models.CASCADE, db_index=False)
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True)
    # A mail that is tried again is not a second one.
    delivery = models.OneToOneField(MessageDelivery, models.CASCADE, null=True)
    correspondent = models.CharField(max_length=254)  # an address, in small letters
    machine = models.CharField(max_length=45, blank=True)  # from which a web form was sent
    # Which cap held it back; "" where it was done.
    held_by = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "reflexes"
        indexes = [models.Index(fields=["inbox", "at"], name="reflex_of_inbox")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.correspondent}" + (f" ({self.held_by})" if self.held_by else "")
