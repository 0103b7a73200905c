"""Who can sign a mailbox in, by OAuth2: Google, Microsoft, or a provider whose addresses are given.

Google: https://developers.google.com/workspace/gmail/imap/xoauth2-protocol. Microsoft:
https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class SignIn(models.TextChoices):
    PASSWORD = "password", _("Password")
    GOOGLE = "google", _("Google (OAuth2)")
    MICROSOFT = "microsoft", _("Microsoft (OAuth2)")
    OTHER = "other", _("Another provider (OAuth2)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    key: str  # part of the redirect address: each provider has one of its own, so that none answers for another
    name: str
    authorize_url: str
    token_url: str
    revoke_url: str = ""  # where tokens are given back (RFC 7009)
    issuer: str = ""  # with what an answer's `iss` begins, where it names one (RFC 9207)
    scopes: tuple[str, ...] = ()  # without which mail does not travel
    lasting: tuple[str, ...] = ()  # asked for besides, so that the sign-in lasts
    asks: Mapping[str, str] = field(default_factory=dict)  # of the page on which the person agrees
    servers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends the person back to: exactly this is registered there."""
        return django_settings.SITE_URL + reverse("channels_inbox:signed_in", args=[self.key])

    @property
    def scope(self) -> str:
        return " ".join((*self.scopes, *self.lasting))


GOOGLE = Provider(
    key="google",
    name="Google",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 (an address)
    revoke_url="https://oauth2.googleapis.com/revoke",
    issuer="https://accounts.google.com",
    scopes=("https://mail.google.com/",),
    # Without both of them Google hands out a sign-in that ends within the hour.
    asks={"access_type": "offline", "prompt": "consent"},
    servers={
        "imap_host": "imap.gmail.com",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "smtp.gmail.com",
        "smtp_port": 587,
        "smtp_security": "starttls",
    },
)
MICROSOFT = Provider(
    key="microsoft",
    name="Microsoft",
    authorize_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
    token_url="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",  # noqa: S106 (an address)
    issuer="https://login.microsoftonline.com/",
    scopes=(
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
    ),
    lasting=("offline_access",),
    asks={"prompt": "select_account"},
    servers={
        "imap_host": "outlook.office365.com",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "smtp.office365.com",
        "smtp_port": 587,
        "smtp_security": "starttls",
    },
)
KNOWN = {SignIn.GOOGLE: GOOGLE, SignIn.MICROSOFT: MICROSOFT}
EVERY_TENANT = "common"
# To these the tokens of a mailbox are told. When one of them changes, somebody signs in anew.
TOLD_TO = tuple(
    f"{protocol}_{field}" for protocol in ("imap", "smtp") for field in ("host", "port", "security", "user")
)


def provider_of(settings: Mapping[str, Any]) -> Provider | None:
    """Who signs this mailbox in; None where it has a password."""
    sign_in = settings.get("sign_in", SignIn.PASSWORD)
    if sign_in == SignIn.OTHER:
        return _given(settings)
    provider = KNOWN.get(sign_in)
    if provider is None:
        return None
    tenant = str(settings.get("oauth_tenant") or EVERY_TENANT)
    return replace(
        provider,
        authorize_url=provider.authorize_url.replace("{tenant}", tenant),
        token_url=provider.token_url.replace("{tenant}", tenant),
    )


def _given(settings: Mapping[str, Any]) -> Provider:
    authorize_url, token_url = (
        str(settings.get("oauth_authorize_url", "")),
        str(settings.get("oauth_token_url", "")),
    )
    mark = sha256(f"{authorize_url}\n{token_url}".encode()).hexdigest()[:12]
    return Provider(
        key=f"other-{mark}",
        name=urlsplit(authorize_url).hostname or "?",
        authorize_url=authorize_url,
        token_url=token_url,
        revoke_url=str(settings.get("oauth_revoke_url", "")),
        issuer=str(settings.get("oauth_issuer", "")),
        lasting=tuple(str(settings.get("oauth_scopes", "")).split()),
    )


def given_for(settings: Mapping[str, Any]) -> dict[str, Any]:
    """All that must stay the same for a sign-in to go on: who gave it, to which client, and who is told of it."""
    provider = provider_of(settings)
    if provider is None:
        return {}
    return {
        "provider": provider.key,
        "token_url": provider.token_url,
        "client_id": settings.get("oauth_client_id", ""),
        **{name: settings.get(name, "") for name in TOLD_TO},
    }
