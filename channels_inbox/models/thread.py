"""By which names the outside world knows a ticket's conversation."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from channels_inbox.models.inbox import Inbox
from tickets.models import Message, Ticket


class ExternalThread(models.Model):
    """One key under which messages of a ticket are known: a Message-ID of theirs, a chat id.

    The Message-IDs that we mint need no row: they say by themselves which ticket they belong to. `message` is
    empty where others merely referred to the key.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="threads")
    inbox = models.ForeignKey(Inbox, models.CASCADE, db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, db_index=False)
    key = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "ticket"], name="one_thread_key_per_ticket")]
        indexes = [  # for PostgreSQL, when a message is deleted
            models.Index(fields=["message"], name="thread_of_message", condition=Q(message__isnull=False))
        ]

    def __str__(self) -> str:
        return self.key
