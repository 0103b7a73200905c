"""A provider that brings an inbox its mail and tells what became of ours, by calling /hooks/<token>/."""

from __future__ import annotations

from typing import Any

from django.db import models

from channels_inbox.models.inbox import Inbox
from foundation.secrets import EncryptedJSONField


class ProviderHook(models.Model):
    inbox = models.OneToOneField(Inbox, models.CASCADE, related_name="hook")
    provider = models.CharField(max_length=20)  # a key of channels_inbox.email.providers.catalogue
    # What the provider's form says: "public_keys", "topic".
    settings = models.JSONField(default=dict, blank=True)
    # "signing_key" or "password".
    credentials = EncryptedJSONField(default=dict, blank=True)
    # Noted at most every few seconds (health.py).
    last_called_at = models.DateTimeField(null=True, blank=True)
    last_refused_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=20, blank=True)  # calls_in.Refusal
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.provider} for {self.inbox_id}"

    @property
    def wire_settings(self) -> dict[str, Any]:
        return {**self.settings, **self.credentials}
