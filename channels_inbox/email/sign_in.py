"""Sign in to a mail server: with user and password, or with a provider's token (SASL XOAUTH2).

A server that does not take a token sends its reasons first (base64 of JSON) and wants an empty line before it says
no. The token may have been withdrawn early, so another one is tried, once, on the same line.
"""

from __future__ import annotations

import binascii
import imaplib
import smtplib
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from imapclient import IMAPClient

from channels_inbox.email.oauth.grants import MailboxTokens
from foundation.errors import HelpdeskError

MECHANISM = "XOAUTH2"
MOST_CHALLENGES = 5  # one is all that the mechanism has
REFUSED_BY_IMAP = _(
    "The mail server did not take the provider's sign-in for %(user)s. Is that the account that was connected, and is"
    " IMAP switched on for it?"
)
REFUSED_BY_SMTP = _(
    "The server for sending did not take the provider's sign-in for %(user)s. Is that the account that was connected,"
    " and may it send by SMTP?"
)
NOT_OFFERED = _(
    "The server does not offer a sign-in with OAuth2 (XOAUTH2) here. Check server, port and encryption."
)


class TokenRefused(HelpdeskError):
    """The server takes no token for this user."""


def to_imap(client: IMAPClient, settings: Mapping[str, Any]) -> None:
    """Sign in, or raise what IMAPClient raises, TokenRefused or NoToken."""
    user = str(settings.get("imap_user", ""))
    tokens = settings.get("tokens")
    if tokens is None:
        client.login(user, str(settings.get("imap_password", "")))
        return
    # What it offers now: IMAPClient would remember this beyond the sign-in, after which servers offer more.
    if "AUTH=" + MECHANISM not in client._imap.capabilities:
        raise TokenRefused(NOT_OFFERED)
    if not _with_token(tokens, lambda token: _imap_takes(client, user, token)):
        raise TokenRefused(REFUSED_BY_IMAP % {"user": user})


def to_smtp(client: smtplib.SMTP, settings: Mapping[str, Any]) -> None:
    """Sign in where the inbox has a user; or raise what smtplib raises, TokenRefused or NoToken."""
    user = str(settings.get("smtp_user", ""))
    tokens = settings.get("tokens")
    if tokens is None:
        if user:
            client.login(user, str(settings.get("smtp_password", "")))
        return
    if MECHANISM not in client.esmtp_features.get("auth", "").upper().split():
        raise TokenRefused(NOT_OFFERED)
    if not _with_token(tokens, lambda token: _smtp_takes(client, user, token)):
        raise TokenRefused(REFUSED_BY_SMTP % {"user": user})


def _with_token(tokens: MailboxTokens, takes: Callable[[str], bool]) -> bool:
    token = tokens.current()
    if takes(token):
        return True
    other = tokens.instead_of(token)
    return other != token and takes(other)


def first_words(user: str, token: str) -> str:
    """What the client says. https://developers.google.com/workspace/gmail/imap/xoauth2-protocol"""
    if "\x01" in user:
        raise TokenRefused(REFUSED_BY_IMAP % {"user": user.replace("\x01", "")})
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def _imap_takes(client: IMAPClient, user: str, token: str) -> bool:
    answers = [first_words(user, token).encode()] + [b""] * MOST_CHALLENGES

    def answer(_challenge: bytes) -> bytes:
        if not answers:
            raise imaplib.IMAP4.abort("challenges without end")
        return answers.pop(0)

    try:
        client._imap.authenticate(MECHANISM, answer)
    except imaplib.IMAP4.abort:
        raise
    except binascii.Error as error:
        raise imaplib.IMAP4.abort("not a challenge") from error
    except imaplib.IMAP4.error:
        return False
    return True


def _smtp_takes(client: smtplib.SMTP, user: str, token: str) -> bool:
    words = first_words(user, token)

    def answer(challenge: bytes | None = None) -> str:
        return words if challenge is None else ""

    try:
        client.auth(MECHANISM, answer)
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code // 100 == 5:
            return False
        raise
    except (binascii.Error, UnicodeError) as error:
        raise smtplib.SMTPException("not a challenge") from error
    return True
