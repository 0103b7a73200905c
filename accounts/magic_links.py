"""Links that let somebody in without a password: mailed to an agent or a customer, or printed for the demo desk.

Only a hash of the token is kept, and a link is good for the one purpose it was made for. Mail scanners follow
links, so looking at one (`peek`) changes nothing; a person's click on the page behind it (`open`) uses it up,
where it is to be used once.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts import customers
from accounts.models import Agent, Customer, MagicLink
from foundation.errors import HelpdeskError
from foundation.tidying import in_batches
from foundation.tokens import hash_token

Purpose = MagicLink.Purpose

LIFETIME = {
    Purpose.AGENT_SIGN_IN: timedelta(minutes=15),
    Purpose.AGENT_PASSWORD: timedelta(minutes=60),
    Purpose.CUSTOMER_SIGN_IN: timedelta(minutes=15),
    Purpose.CUSTOMER_REQUEST: timedelta(days=30),
}
# A link in an acknowledgement is opened again and again; every other one lets somebody in once.
USED_ONCE = frozenset(Purpose) - {Purpose.CUSTOMER_REQUEST}
# The page behind a link.
DOORS = {
    Purpose.AGENT_SIGN_IN: "accounts:sign_in_link",
    Purpose.AGENT_PASSWORD: "accounts:new_password",
    Purpose.CUSTOMER_SIGN_IN: "portal:link",
    Purpose.CUSTOMER_REQUEST: "portal:link",
}
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
KEPT = timedelta(days=7)


class LinkExpired(HelpdeskError):
    """The link was used, is too old, or never was one: nobody learns which."""

    def __init__(self) -> None:
        super().__init__(_("This link has been used or has expired. Ask for a new one."))


def issue(
    *,
    purpose: str,
    agent: Agent | None = None,
    customer: Customer | None = None,
    ticket_number: int | None = None,
    address: str = "",
) -> str:
    """Make a link for this person and return its full address. It cannot be read again.

    `ticket_number` is the one ticket a customer.request link opens. `address` is where the link is mailed to:
    whoever opens it has shown that they read mail there.
    """
    if (ticket_number is None) == (purpose == Purpose.CUSTOMER_REQUEST):
        raise ValueError("A link to a request names the ticket; no other link does.")
    token = secrets.token_urlsafe(32)
    MagicLink.objects.create(
        purpose=purpose,
        token_hash=hash_token(token),
        agent=agent,
        customer=customer,
        ticket_number=ticket_number,
        address=address,
        expires_at=now() + LIFETIME[Purpose(purpose)],
    )
    return settings.SITE_URL.rstrip("/") + reverse(DOORS[Purpose(purpose)], args=[token])


def peek(token: str, *purposes: str) -> MagicLink:
    """The link behind a token, left as it is. Raises LinkExpired."""
    if not TOKEN.fullmatch(token):
        raise LinkExpired
    links = MagicLink.objects.filter(purpose__in=purposes, used_at=None, expires_at__gt=Now())
    link = links.select_related("agent", "customer").filter(token_hash=hash_token(token)).first()
    if link is None or not _may_still_come_in(link):
        raise LinkExpired
    return link


def _may_still_come_in(link: MagicLink) -> bool:
    if link.agent:
        return link.agent.is_active
    return link.customer is not None and not link.customer.blocked_at and not link.customer.anonymised_at


@transaction.atomic
def open(token: str, *purposes: str) -> MagicLink:
    """The link behind a token, used up where it is to be used once. Raises LinkExpired.

    Of two clicks at once, one gets in.
    """
    link = peek(token, *purposes)
    if link.purpose in USED_ONCE:
        used = MagicLink.objects.filter(pk=link.pk, used_at=None).update(used_at=Now())
        if not used:
            raise LinkExpired
    if link.customer and link.address:
        customers.verify(link.customer, email=link.address)
    return link


def withdraw(agent: Agent) -> None:
    """No link that was made for this agent before opens anything any more."""
    MagicLink.objects.filter(agent=agent, used_at=None).update(used_at=Now())


def sign_in_links() -> list[tuple[str, str]]:
    """One link for each person of the demo desk, as (who, address). For the terminal of a demo, nowhere else."""
    if not settings.DEMO:
        return []
    agents = Agent.objects.active().filter(email__endswith="@demo.test").order_by("pk")[:5]
    links = [(agent.email, issue(purpose=Purpose.AGENT_SIGN_IN, agent=agent)) for agent in agents]
    visitor = Customer.objects.filter(identities__value="customer@demo.test").first()
    if visitor:
        links.append(("customer@demo.test", issue(purpose=Purpose.CUSTOMER_SIGN_IN, customer=visitor)))
    return links


def sweep() -> int:
    """Forget links that nobody can open any more. Returns how many."""
    return in_batches(MagicLink.objects.filter(expires_at__lt=now() - KEPT))
