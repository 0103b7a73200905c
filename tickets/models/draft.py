"""What an agent has begun to write, kept per ticket and composer."""

from __future__ import annotations

from django.db import models

from accounts.models import Agent
from tickets.models.message import Attachment
from tickets.models.ticket import Ticket


class Draft(models.Model):
    class Mode(models.TextChoices):
        REPLY = "reply"
        NOTE = "note"

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="drafts")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="drafts")
    mode = models.CharField(max_length=5, choices=Mode.choices)
    html = models.TextField(blank=True)
    cc = models.CharField(max_length=1000, blank=True)
    bcc = models.CharField(max_length=1000, blank=True)
    attachments = models.ManyToManyField(Attachment, related_name="drafts", blank=True)
    # Rises with every save; a save that carries an older number lost the race and is not written.
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "ticket", "mode"], name="one_draft_per_composer")
        ]

    def __str__(self) -> str:
        return f"{self.mode} draft of {self.agent_id} in {self.ticket_id}"
