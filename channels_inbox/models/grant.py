"""What a provider has given the desk for a mailbox (OAuth2), and a sign-in that is under way."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from channels_inbox.models.inbox import Inbox
from foundation.secrets import EncryptedJSONField


class MailboxGrant(models.Model):
    """The tokens of one mailbox. Its row is locked by whoever renews them, so that they are renewed once."""

    inbox = models.OneToOneField(Inbox, models.CASCADE, related_name="grant")
    # "access" and "refresh".
    tokens = EncryptedJSONField()
    # Who gave them and who may be told of them: email.oauth.providers.given_for.
    given_for = models.JSONField()
    expires_at = models.DateTimeField()  # the access token
    renewed_at = models.DateTimeField(db_default=Now())
    connected_at = models.DateTimeField(db_default=Now())
    # Failures of the provider in a row, and when it is asked again.
    failures = models.PositiveSmallIntegerField(default=0)
    asks_again_at = models.DateTimeField(null=True, blank=True)
    # Why only a person can go on (email.oauth.tokens.Trouble), or "".
    trouble = models.CharField(max_length=10, blank=True, default="")

    def __str__(self) -> str:
        return f"sign-in of {self.inbox_id}"


class MailboxSignIn(models.Model):
    """An admin is at the provider's page. Used up by the first answer that names its state."""

    inbox = models.ForeignKey(Inbox, models.CASCADE, related_name="sign_ins")
    state_hash = models.BinaryField(max_length=32, unique=True)
    # Whose it is: a digest of the browser session that began it.
    session_hash = models.BinaryField(max_length=32)
    # "verifier" (RFC 7636).
    proof = EncryptedJSONField()
    given_for = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"sign-in under way for {self.inbox_id}"
