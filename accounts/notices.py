"""Mail from the desk to one person that belongs to no ticket: a link to sign in, a way to a new password.

The page that asks for such a mail does the same work whoever is asked for: it stores where the mail is to go.
Whether anybody stands behind that address is looked up when the mail is about to leave (`link_for`), so neither
the page nor its timing tells. The link is made then too: no secret is ever stored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings as django_settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from accounts import magic_links
from accounts.customers import EMAIL, normalise
from accounts.models import Agent, Customer
from foundation import desk, limits
from foundation.client_address import client_network

logger = logging.getLogger(__name__)

AGENT_PASSWORD = "agent.password"  # noqa: S105 (a kind of mail)
PASSWORD_CHANGED = "agent.password_changed"  # noqa: S105 (a kind of mail)
CUSTOMER_SIGN_IN = "customer.sign_in"
# So many mails to one address, and so many at the asking of one network, in so many seconds.
PER_ADDRESS, PER_NETWORK, WINDOW = 3, 20, 15 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be said, to which address, in which language. Holds no secret."""

    kind: str
    address: str
    language: str


Queue = Callable[[Notice], None]
_queues: list[Queue] = []


def leave_through(queue: Queue) -> None:
    """The channels say here which function takes a notice into the outbox."""
    _queues[:] = [queue]


def ask_for(request: HttpRequest, kind: str, *, address: str) -> None:
    """Somebody asks for a mail to this address. What exceeds the limits is not sent, and nobody is told."""
    address = normalise(EMAIL, address)
    counted = [(f"notice:{kind}:{address}", PER_ADDRESS)]
    if network := client_network(request):
        counted.append((f"notice:network:{network}", PER_NETWORK))
    if all(limits.hit(key, limit=limit, per=WINDOW).allowed for key, limit in counted):
        send(kind, address=address)


def send(kind: str, *, address: str) -> None:
    """Put a notice into the outbox, in the language of the page that is being shown."""
    if not _queues:
        logger.error("A %s notice has no way out: no channel takes notices.", kind)
        return
    language = translation.get_language() or desk.settings().language
    _queues[0](Notice(kind=kind, address=address, language=language))


def link_for(notice: Notice) -> str | None:
    """A fresh link for whoever stands behind the address: hand it over, never store it. None: nobody does.

    What the mail around it says is the channels' business.
    """
    if notice.kind in (AGENT_PASSWORD, PASSWORD_CHANGED):
        agent = Agent.objects.active().filter(email__iexact=notice.address).first()
        return _agents_link(notice.kind, agent) if agent else None
    if notice.kind == CUSTOMER_SIGN_IN:
        return _sign_in_link(notice.address)
    raise ValueError(f"There is no notice of the kind {notice.kind!r}.")


def _agents_link(kind: str, agent: Agent) -> str:
    if kind == AGENT_PASSWORD:
        return magic_links.issue(purpose=magic_links.Purpose.AGENT_PASSWORD, agent=agent)
    # No way in: if it was somebody else, the agent asks for a way on the page it names.
    return django_settings.SITE_URL.rstrip("/") + reverse("accounts:forgotten")


def _sign_in_link(address: str) -> str | None:
    known = Customer.objects.present().filter(blocked_at=None)
    customer = known.filter(identities__kind=EMAIL, identities__value=address).first()
    if customer is None:
        return None
    return magic_links.issue(purpose=magic_links.Purpose.CUSTOMER_SIGN_IN, customer=customer, address=address)
