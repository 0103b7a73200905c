"""The outbox: what has to leave, under a name fixed before the first try."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from channels_inbox.models.inbox import Inbox
from tickets.models import Message, Ticket


class MessageDelivery(models.Model):
    """One message on its way out. Sent at most once where the other side cannot tell us whether it has it."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        RETRY = "retry"  # known not to have been accepted; tried again
        SENT = "sent"
        IN_DOUBT = (
            "in_doubt"  # no answer after the last byte: only a person, a bounce or the Sent folder can tell
        )
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Kind(models.TextChoices):
        REPLY = "reply"
        ACKNOWLEDGEMENT = "ack"
        NOTICE = "notice"  # a sign-in link, a mail to an agent: no message of a ticket

    kind = models.CharField(max_length=10, choices=Kind.choices)
    inbox = models.ForeignKey(Inbox, models.PROTECT, related_name="deliveries")
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, blank=True, related_name="deliveries")
    message = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="deliveries")
    # "reply:<message>", "ack:<ticket>": one row per cause, ever.
    idempotency_key = models.CharField(max_length=120, unique=True)
    rfc_message_id = models.CharField(max_length=250, unique=True)
    sender = models.CharField(max_length=254)  # the address customers see and answer to
    recipients = models.JSONField(default=dict)  # {"to": [...], "cc": [...], "bcc": [...]}
    # For what is written only when it leaves: of an acknowledgement the message it answers, of a notice its kind
    # and language. Links that let somebody in are made then, too, and are never stored.
    content = models.JSONField(default=dict)

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The end of the undo window, then of the back-off; while somebody works on it, the end of their lease.
    next_at = models.DateTimeField(db_default=Now())
    lease = models.UUIDField(null=True)
    provider_id = models.CharField(max_length=250, blank=True)
    provider_reply = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "message deliveries"
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                name="delivery_due",
                condition=Q(state__in=["queued", "retry", "sending"]),
            ),
            models.Index(
                fields=["-id"], name="delivery_trouble", condition=Q(state__in=["in_doubt", "failed"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.idempotency_key} ({self.state})"
