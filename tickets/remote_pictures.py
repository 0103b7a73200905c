"""Pictures that a mail fetches from elsewhere: shown when an agent asks for it, and through the desk only.

The desk is no open proxy: an address is fetched only with a proof that it stands in that very message, and the
proof is made only when an agent who sees the ticket presses "Show pictures" there.
"""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Agent
from foundation import limits, pictures, tokens
from tickets.models import Message

SHOW, PICTURE = "pictures.show", "pictures.one"
# A mail has dozens of pictures, not thousands.
PER_AGENT, WINDOW = 300, 60


def wish(message: Message, agent: Agent) -> str:
    """What the button carries. Only the desk's own page can make it, so no link in a mail presses the button."""
    return tokens.mac(SHOW, message.pk, agent.pk)


def is_wished(message: Message, agent: Agent, proof: str) -> bool:
    return tokens.mac_ok(SHOW, proof, message.pk, agent.pk)


def addresses_for(message: Message) -> Callable[[str], str]:
    """Where the desk serves a picture of this message: from its address elsewhere to ours."""
    path = reverse("tickets:picture", args=[message.ticket.number, message.pk])

    def address(url: str) -> str:
        return f"{path}?{urlencode({'of': url, 'proof': tokens.mac(PICTURE, message.pk, url)})}"

    return address


def fetch(message: Message, agent: Agent, *, url: str, proof: str) -> pictures.Picture:
    """Raises HelpdeskError where there is nothing to show."""
    if not tokens.mac_ok(PICTURE, proof, message.pk, url):
        raise pictures.PictureRefused
    if not limits.hit(f"pictures:{agent.pk}", limit=PER_AGENT, per=WINDOW).allowed:
        raise pictures.PictureRefused
    return pictures.fetch(url)
