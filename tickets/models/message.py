"""Messages and notes, and the files that came with them."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent, Customer
from tickets.models.ticket import Ticket


class MessageQuerySet(models.QuerySet["Message"]):
    def public(self) -> MessageQuerySet:
        """All that a customer may ever read. Customer-facing code starts here and nowhere else."""
        return self.filter(visibility=Message.Visibility.PUBLIC, is_held=False).exclude(
            delivery=Message.Delivery.CANCELLED
        )

    def for_timeline(self) -> MessageQuerySet:
        return (
            self.exclude(delivery=Message.Delivery.CANCELLED)
            .select_related("author_agent", "author_customer")
            .prefetch_related("attachments")
        )


class Message(models.Model):
    """One public message, or one internal note.

    The database itself makes a message internal unless it is told otherwise, so code
    that forgets to say so keeps a secret instead of telling one.
    """

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Public")
        INTERNAL = "internal", _("Internal")
        # Between the desk and somebody outside it: the customer does not see it.
        OUTSIDE = "outside", _("With an outsider")

    class Direction(models.TextChoices):
        INBOUND = "in", _("Inbound")
        OUTBOUND = "out", _("Outbound")

    class Delivery(models.TextChoices):
        NONE = "", _("Not sent anywhere")  # notes
        RECEIVED = "received", _("Received")
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        DELIVERED = "delivered", _("Delivered")
        READ = "read", _("Read")
        FAILED = "failed", _("Failed")
        IN_DOUBT = "in_doubt", _("May not have been delivered")
        CANCELLED = "cancelled", _("Taken back")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages", db_index=False)
    visibility = models.CharField(
        max_length=10,
        choices=Visibility.choices,
        default=Visibility.INTERNAL,
        db_default=Visibility.INTERNAL,
    )
    direction = models.CharField(max_length=3, choices=Direction.choices)
    channel = models.CharField(max_length=20)
    author_agent = models.ForeignKey(
        Agent, models.SET_NULL, null=True, blank=True, related_name="messages", db_index=False
    )
    author_customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, blank=True, related_name="messages", db_index=False
    )
    # As they stood in the message: the actual sender, whoever the requester is.
    author_name = models.CharField(max_length=160, blank=True)
    author_address = models.CharField(max_length=254, blank=True)
    # {"to": ["ana@example.org"], "cc": [], "bcc": []}. Bcc is for agents' eyes (tickets/recipients.py).
    recipients = models.JSONField(default=dict)

    # What people read: without the quoted history. HTML as it came; it is made safe when shown.
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    quoted_text = models.TextField(blank=True)
    quoted_html = models.TextField(blank=True)

    automatic = models.BooleanField(default=False)  # written by a machine: ours or theirs
    # From somebody who may not write here. Agents see it; other customers do not, until an agent accepts it.
    is_held = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)  # why it landed here, sender checks: shown to agents

    delivery = models.CharField(max_length=10, choices=Delivery.choices, default=Delivery.NONE, blank=True)
    delivery_note = models.TextField(blank=True)  # the server's own words, or why it waits
    send_after = models.DateTimeField(null=True, blank=True)  # end of the undo window
    undo = models.JSONField(default=dict)  # what taking it back restores

    # One message per cause, ever: "inbound:<payload>", "reply:<agent>:<form>", "ack:<message>".
    source_key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["ticket", "id"], name="message_of_ticket")]

    def __str__(self) -> str:
        return f"{self.get_visibility_display()} message {self.pk}"

    @property
    def is_public(self) -> bool:
        return self.visibility == self.Visibility.PUBLIC

    @property
    def is_note(self) -> bool:
        return self.visibility == self.Visibility.INTERNAL

    @property
    def is_aside(self) -> bool:
        """Between the desk and somebody who is not the customer."""
        return self.visibility == self.Visibility.OUTSIDE

    @property
    def is_inbound(self) -> bool:
        return self.direction == self.Direction.INBOUND


def stored_name(attachment: Attachment, filename: str) -> str:
    """A random name: nothing of what the sender called it ever becomes a path."""
    token = secrets.token_hex(20)
    return f"{token[:2]}/{token[2:4]}/{token}"


class Attachment(models.Model):
    """A file of a message, or one that an agent has uploaded into a draft."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="attachments")
    message = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="attachments")
    uploaded_by = models.ForeignKey(Agent, models.SET_NULL, null=True, blank=True, db_index=False)
    token = models.CharField(max_length=43, unique=True, default=secrets.token_urlsafe)
    file = models.FileField(upload_to=stored_name, max_length=120)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)  # decided by looking at the bytes
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_id = models.CharField(max_length=250, blank=True)
    is_inline = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        indexes = [
            # Uploads that never became part of a message are swept after a day.
            models.Index(fields=["created_at"], name="attachment_in_draft", condition=Q(message=None)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        return self.content_type in ("image/png", "image/jpeg", "image/gif", "image/webp")
