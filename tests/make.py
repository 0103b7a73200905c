"""Things a test needs, each with a default for all that the test does not care about."""

from __future__ import annotations

from itertools import count
from typing import Any

from accounts.customers import identify
from accounts.models import Agent, Brand, Customer, Membership, Role, Team
from accounts.permissions import STOCK_ROLES
from channels_inbox.models import Inbox
from tickets.models import Message, Priority, Status, Ticket
from tickets.services.conversation import Incoming, receive_message

_serial = count(1)
PASSWORD = "a long enough password"


def make_role(name: str = "Agent", permissions: list[str] | None = None) -> Role:
    wanted = list(STOCK_ROLES.get(name, ())) if permissions is None else permissions
    role, _created = Role.objects.update_or_create(name=name, defaults={"permissions": wanted})
    return role


def make_team(name: str = "Support") -> Team:
    return Team.objects.get_or_create(name=name)[0]


def make_agent(
    *,
    email: str = "",
    name: str = "",
    role: str = "Agent",
    team: str | Team | None = None,
    password: str = PASSWORD,
    **fields: Any,
) -> Agent:
    n = next(_serial)
    agent = Agent.objects.create_user(
        email or f"agent{n}@desk.test", password, name=name or f"Agent {n}", **fields
    )
    agent.roles.add(make_role(role))
    if team:
        Membership.objects.create(agent=agent, team=make_team(team) if isinstance(team, str) else team)
    return agent


def make_brand(name: str = "Northwind", **fields: Any) -> Brand:
    default = not Brand.objects.filter(is_default=True).exists()
    slug = name.lower().replace(" ", "-")
    return Brand.objects.get_or_create(name=name, defaults={"slug": slug, "is_default": default, **fields})[0]


def make_customer(*, email: str = "", name: str = "Elena Lindqvist", **fields: Any) -> Customer:
    customer = identify(email=email or f"customer{next(_serial)}@example.org", name=name)
    for field, value in fields.items():
        setattr(customer, field, value)
    customer.save()
    return customer


def make_inbox(*, address: str = "support@desk.test", kind: str = "email", **fields: Any) -> Inbox:
    fields.setdefault("brand", make_brand())
    fields.setdefault("name", address.partition("@")[0].title())
    return Inbox.objects.create(address=address, kind=kind, **fields)


def make_ticket(
    *,
    subject: str = "Charged twice for October",
    requester: Customer | None = None,
    team: str | Team | None = None,
    assignee: Agent | None = None,
    status: str = "",
    priority: int = Priority.NORMAL,
    text: str = "My card was charged twice.",
    channel: str = "email",
    **fields: Any,
) -> Ticket:
    """A ticket that a customer's message opened, put into the state the test wants."""
    requester = requester or make_customer()
    message = receive_message(
        incoming=make_incoming(author=requester, subject=subject, text=text, channel=channel),
        ticket=None,
        brand=fields.pop("brand", None) or make_brand(),
        team=make_team(team) if isinstance(team, str) else team,
    )
    ticket = message.ticket
    fields.update(assignee=assignee, priority=priority)
    if status:
        fields.update(status=Status.objects.get(pk=status), category=Status.objects.get(pk=status).category)
    for field, value in fields.items():
        setattr(ticket, field, value)
    ticket.save()
    ticket.refresh_from_db()
    return ticket


def make_incoming(*, author: Customer | None = None, **fields: Any) -> Incoming:
    author = author or make_customer()
    fields.setdefault("channel", "email")
    fields.setdefault("source_key", f"test:{next(_serial)}")
    fields.setdefault("text", "Any news?")
    fields.setdefault("author_name", author.name)
    fields.setdefault("author_address", author.email)
    return Incoming(author=author, **fields)


def make_message(ticket: Ticket, *, text: str = "Any news?", **fields: Any) -> Message:
    """Another message of the ticket's requester."""
    incoming = make_incoming(author=fields.pop("author", None) or ticket.requester, text=text, **fields)
    return receive_message(incoming=incoming, ticket=ticket, brand=ticket.brand)
