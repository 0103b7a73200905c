"""An inbox: one configured address, number or form of one channel."""

from __future__ import annotations

import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from accounts.models import Brand, Team
from foundation.secrets import EncryptedJSONField


class InboxQuerySet(models.QuerySet["Inbox"]):
    def active(self) -> InboxQuerySet:
        return self.filter(is_active=True)

    def fetching(self) -> InboxQuerySet:
        """Inboxes whose mail we collect ourselves, and can."""
        return self.active().filter(kind="email", settings__imap_host__gt="", sign_in_needed_at=None)


class Inbox(models.Model):
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)  # the channel: email, form, …
    address = models.CharField(max_length=254)  # what customers write to
    aliases = ArrayField(models.CharField(max_length=254), default=list, blank=True)
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="inboxes")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="inboxes")
    is_active = models.BooleanField(default=True)
    # The channel's own form says what stands here (channels_inbox/<channel>/forms.py).
    settings = models.JSONField(default=dict, blank=True)
    credentials = EncryptedJSONField(default=dict, blank=True)
    # Part of /hooks/<token>/: nobody guesses where to post.
    token = models.CharField(max_length=43, unique=True, default=secrets.token_urlsafe)

    acknowledge = models.BooleanField(default=True)
    signature = models.TextField(blank=True)
    quote_history = models.BooleanField(default=True)

    # Health, kept by the fetcher and the sender.
    last_checked_at = models.DateTimeField(null=True, blank=True)
    last_received_at = models.DateTimeField(null=True, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    fetch_failures = models.PositiveSmallIntegerField(default=0)  # in a row
    # The circuit breaker of outgoing messages.
    send_failures = models.PositiveSmallIntegerField(default=0)
    send_resumes_at = models.DateTimeField(null=True, blank=True)
    # Since when only a person can go on, by signing in at the provider (OAuth2). Until then mail waits on both sides.
    sign_in_needed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InboxQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "inboxes"
        constraints = [models.UniqueConstraint("kind", Lower("address"), name="one_inbox_per_address")]

    def __str__(self) -> str:
        return self.name

    @property
    def addresses(self) -> list[str]:
        return [self.address, *self.aliases]


class MailboxPosition(models.Model):
    """How far a mailbox folder has been read: by UID, never by a flag that other programs may set."""

    inbox = models.ForeignKey(Inbox, models.CASCADE, related_name="positions")
    folder = models.CharField(max_length=200)
    uid_validity = models.BigIntegerField()
    last_uid = models.BigIntegerField(default=0)
    rescanned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inbox", "folder"], name="one_position_per_folder")]

    def __str__(self) -> str:
        return f"{self.folder} at {self.last_uid}"
