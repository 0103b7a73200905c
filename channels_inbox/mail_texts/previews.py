"""A preview of a mail that nobody has saved: kept for some minutes, so that it can stand in a frame of its own.

Its style would be refused inside the page, whose policy allows none; a frame has its own.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.core.cache import cache

from accounts.models import Agent
from channels_inbox.email.page import page
from channels_inbox.mail_texts import samples
from channels_inbox.mail_texts.catalogue import Mail
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.rendering import Rendered, Wording

KEPT_FOR = 10 * 60  # seconds


@dataclass(frozen=True, slots=True)
class Preview:
    mail: Rendered
    token: str  # of the frame


def make(
    mail: Mail, place: Place, wording: Wording, *, agent: Agent, hostile: bool = False, scheme: str = "light"
) -> Preview:
    """Raises TextRefused where the wording is not right."""
    rendered = samples.letter(mail, place, wording, hostile=hostile)
    token = secrets.token_urlsafe(16)
    document = page(rendered.html, language=place.spoken, scheme=scheme)
    cache.set(_key(agent, token), document, KEPT_FOR)
    return Preview(rendered, token)


def document(token: str, *, agent: Agent) -> str | None:
    """The page of a preview that this agent made; None where it is too old."""
    found = cache.get(_key(agent, token))
    return str(found) if found else None


def _key(agent: Agent, token: str) -> str:
    return f"mail-preview:{agent.pk}:{token[:40]}"
