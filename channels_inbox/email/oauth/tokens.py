"""Ask a provider's token endpoint (RFC 6749, sections 4.1.3 and 6; RFC 7636), and understand whatever it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_inbox.email.oauth.providers import Provider
from foundation import http
from foundation.errors import HelpdeskError

TIMEOUT, TOTAL_TIMEOUT = (5.0, 10.0), 15.0  # seconds: somebody holds a row meanwhile
MOST_BYTES = 64 * 2**10
# RFC 6749, A.12: visible characters. A token goes into a line of IMAP and SMTP, where others would end a field.
TOKEN = re.compile(r"[\x20-\x7e]{1,8000}")
CODE = re.compile(r"[a-z0-9_.-]{1,60}", re.IGNORECASE)
LASTS, AT_LEAST, AT_MOST = 3600, 60, 24 * 3600  # seconds

ENDED = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down", "internal_failure"})

UNCLEAR = _("The provider's answer was not in the expected form.")


class Trouble(StrEnum):
    LATER = "later"  # it passes by itself
    ENDED = "ended"  # somebody must sign in again
    CLIENT = "client"  # the provider does not accept this desk: its id, its secret, or what it asks for


class NoToken(HelpdeskError):
    """The provider gave no token. `trouble` says who can do something about it."""

    def __init__(self, sentence: str | Promise, trouble: Trouble = Trouble.LATER) -> None:
        super().__init__(sentence)
        self.trouble = trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """This desk, as the provider knows it."""

    id: str
    secret: str = field(default="", repr=False)  # empty where the provider gives none


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)  # empty where the one before stays
    lasts: timedelta = timedelta(seconds=LASTS)
    scopes: frozenset[str] = frozenset()  # as far as the provider names them


def exchange(provider: Provider, client: Client, *, code: str, verifier: str) -> Tokens:
    """The tokens for a code that came by the browser. Raises NoToken."""
    return _ask(
        provider,
        client,
        {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": provider.redirect_uri,
        },
    )


def refresh(provider: Provider, client: Client, refresh_token: str) -> Tokens:
    """A new access token. Raises NoToken."""
    return _ask(provider, client, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def _ask(provider: Provider, client: Client, question: Mapping[str, str]) -> Tokens:
    known_as = {"client_id": client.id} | ({"client_secret": client.secret} if client.secret else {})
    try:
        answer = http.post(
            provider.token_url,
            data={**question, **known_as},
            headers={"Accept": "application/json"},
            timeout=TIMEOUT,
            total_timeout=TOTAL_TIMEOUT,
            max_bytes=MOST_BYTES,
        )
        facts = answer.json()
    except HelpdeskError as error:
        raise NoToken(error.sentence) from error
    if not isinstance(facts, dict):
        raise NoToken(UNCLEAR)
    if answer.status != 200:
        raise _refusal(answer.status, facts)
    return _tokens(facts)


def _refusal(status: int, facts: Mapping[str, Any]) -> NoToken:
    code = facts.get("error")
    if not isinstance(code, str) or not CODE.fullmatch(code) or not 400 <= status < 500 or status == 429:
        return NoToken(_("The provider is not able to answer just now (%(status)s).") % {"status": status})
    if code in PASSING:
        return NoToken(_("The provider is not able to answer just now (%(status)s).") % {"status": code})
    if code in ENDED:
        return NoToken(_("The provider no longer lets this desk into the mailbox."), Trouble.ENDED)
    if code in ("invalid_client", "unauthorized_client"):
        words = _("The provider does not accept the client id or its secret. Has the secret expired?")
        return NoToken(words, Trouble.CLIENT)
    asks = _("The provider does not accept what this desk asks for (%(code)s).") % {"code": code}
    return NoToken(asks, Trouble.CLIENT)


def _tokens(facts: Mapping[str, Any]) -> Tokens:
    access, renewing = facts.get("access_token"), facts.get("refresh_token") or ""
    is_bearer = str(facts.get("token_type", "bearer")).lower() == "bearer"
    if not is_bearer or not _is_token(access) or (renewing and not _is_token(renewing)):
        raise NoToken(UNCLEAR)
    scope = facts.get("scope")
    return Tokens(
        access=str(access),
        refresh=str(renewing),
        lasts=timedelta(seconds=_seconds(facts.get("expires_in"))),
        scopes=frozenset(scope.lower().split()) if isinstance(scope, str) else frozenset(),
    )


def _is_token(value: object) -> bool:
    return isinstance(value, str) and bool(TOKEN.fullmatch(value))


def _seconds(value: object) -> int:
    try:
        given = int(str(value))
    except ValueError:
        return LASTS
    return min(max(given, AT_LEAST), AT_MOST)
