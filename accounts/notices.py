"""Mail from the desk to one person that belongs to no ticket: a link to sign in, a way to a new password.

The page that asks for such a mail does the same work whoever is asked for: it stores where the mail is to go.
Whether anybody stands behind that address is looked up when the mail is about to leave (`write`), so neither
the page nor its timing tells. The link is made then too: no secret is ever stored.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The mail itself. It may hold a link that lets somebody in: hand it over, never store it."""

    subject: str
    text: str
    html: str


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


def write(notice: Notice) -> Letter | None:
    """The mail, with a fresh link in it; None where nobody is behind the address, and nothing must leave."""
    with translation.override(notice.language):
        if notice.kind == AGENT_PASSWORD:
            return _password_letter(notice)
        if notice.kind == PASSWORD_CHANGED:
            return _changed_letter(notice)
        if notice.kind == CUSTOMER_SIGN_IN:
            return _sign_in_letter(notice)
    raise ValueError(f"There is no notice of the kind {notice.kind!r}.")


def _password_letter(notice: Notice) -> Letter | None:
    agent = Agent.objects.active().filter(email__iexact=notice.address).first()
    if agent is None:
        return None
    link = magic_links.issue(purpose=magic_links.Purpose.AGENT_PASSWORD, agent=agent)
    return _letter(_("A new password for %(desk)s"), "agent_password", link)


def _changed_letter(notice: Notice) -> Letter | None:
    """Holds no way in: if it was somebody else, the agent asks for a way on the page it names."""
    if not Agent.objects.active().filter(email__iexact=notice.address).exists():
        return None
    page = settings.SITE_URL.rstrip("/") + reverse("accounts:forgotten")
    return _letter(_("Your password for %(desk)s was changed"), "agent_password_changed", page)


def _sign_in_letter(notice: Notice) -> Letter | None:
    known = Customer.objects.present().filter(blocked_at=None)
    customer = known.filter(identities__kind=EMAIL, identities__value=notice.address).first()
    if customer is None:
        return None
    link = magic_links.issue(
        purpose=magic_links.Purpose.CUSTOMER_SIGN_IN, customer=customer, address=notice.address
    )
    return _letter(_("Your requests at %(desk)s"), "customer_sign_in", link)


def _letter(subject: str, template: str, link: str) -> Letter:
    context = {"link": link, "desk_name": desk.settings().name, "site_url": settings.SITE_URL}
    return Letter(
        subject=subject % {"desk": desk.settings().name},
        text=render_to_string(f"accounts/mail/{template}.txt", context),
        html=render_to_string(f"accounts/mail/{template}.html", context),
    )
