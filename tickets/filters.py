"""The lists agents work from: what stands in each, in which order, how many, and one page of it.

Lists are paged by key, (updated_at, id), so page one hundred costs what page one costs, and nothing
is skipped or shown twice while tickets move up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent
from accounts.permissions import Permission
from tickets.models import Category, Ticket
from tickets.models.ticket import TicketQuerySet

PAGE_SIZE = 50
# A list says "999+": nobody acts on the difference between 2,000 and 3,000, but counting it costs.
COUNTED_UP_TO = 1000
COUNTS_FRESH_FOR = 10  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One list of the left column."""

    key: str
    name: Promise
    icon: str
    choose: Callable[[TicketQuerySet, Agent], TicketQuerySet]
    is_own: bool = False  # differs from agent to agent
    is_urgent: bool = False  # its count is shown as a red badge
    is_counted: bool = True
    is_work: bool = True  # empty means that work is done


VIEWS = {
    view.key: view
    for view in (
        View(
            key="mine",
            name=_("Mine"),
            icon="user-check",
            choose=lambda tickets, agent: tickets.unsolved().assigned_to(agent),
            is_own=True,
        ),
        View(key="open", name=_("All open"), icon="inbox", choose=lambda tickets, agent: tickets.active()),
        View(
            key="unassigned",
            name=_("Unassigned"),
            icon="user-question",
            choose=lambda tickets, agent: tickets.active().unassigned(),
        ),
        View(
            key="pending",
            name=_("Pending"),
            icon="clock-pause",
            choose=lambda tickets, agent: tickets.present().filter(category=Category.PENDING),
        ),
        View(
            key="attention",
            name=_("Needs attention"),
            icon="flame",
            choose=lambda tickets, agent: tickets.present().exclude(needs_attention=""),
            is_urgent=True,
        ),
        View(
            key="solved",
            name=_("Solved"),
            icon="circle-check",
            choose=lambda tickets, agent: tickets.present().filter(category=Category.SOLVED),
            is_counted=False,
            is_work=False,
        ),
        View(
            key="all",
            name=_("All tickets"),
            icon="ticket",
            choose=lambda tickets, agent: tickets.present(),
            is_counted=False,
            is_work=False,
        ),
    )
}


def tickets_of(view: View, agent: Agent) -> TicketQuerySet:
    """What stands in a list, as far as this agent may see it."""
    visible: TicketQuerySet = Ticket.objects.visible_to(agent)
    return view.choose(visible, agent)


# ---- Counts


def counts(agent: Agent) -> dict[str, int]:
    """How many tickets each list holds, counted up to COUNTED_UP_TO and at most ten seconds old."""
    keys = {view.key: _count_key(view, agent) for view in VIEWS.values() if view.is_counted}
    kept = cache.get_many(keys.values())
    missing = [name for name, key in keys.items() if key not in kept]
    if missing:
        counted = dict(zip(missing, _count([VIEWS[name] for name in missing], agent), strict=True))
        fresh = {keys[name]: number for name, number in counted.items()}
        cache.set_many(fresh, COUNTS_FRESH_FOR)
        kept |= fresh
    return {name: kept[key] for name, key in keys.items()}


def _count_key(view: View, agent: Agent) -> str:
    """Agents who see everything share what is not their own."""
    everybody = agent.can(Permission.TICKETS_READ_ALL) and not view.is_own
    return f"count:{view.key}:{'all' if everybody else agent.pk}"


def _count(views: list[View], agent: Agent) -> list[int]:
    """One statement for all of them; each stops counting at the limit."""
    parts: list[str] = []
    parameters: list[Any] = []
    for view in views:
        chosen = tickets_of(view, agent).order_by().values("pk")[:COUNTED_UP_TO]
        sql, values = chosen.query.sql_with_params()
        parts.append(f"(select count(*) from ({sql}) as counted)")  # noqa: S608 (Django's own SQL)
        parameters += values
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(parts)}", parameters)
        return list(cursor.fetchone())


def shown_count(number: int) -> str:
    return f"{COUNTED_UP_TO - 1}+" if number >= COUNTED_UP_TO else str(number)


# ---- Pages


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page begins: right after, or right before, this ticket."""

    updated_at: datetime
    pk: int

    _START = datetime(1970, 1, 1, tzinfo=UTC)

    def __str__(self) -> str:
        return f"{(self.updated_at - self._START) // timedelta(microseconds=1)}-{self.pk}"

    @classmethod
    def of(cls, ticket: Any) -> Place:
        return cls(ticket.updated_at, ticket.pk)

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """None for what is no place: the list then begins at its beginning."""
        moment, dash, pk = text.partition("-")
        if not (dash and moment.isdecimal() and pk.isdecimal() and len(text) < 40):
            return None
        try:
            return cls(cls._START + timedelta(microseconds=int(moment)), int(pk))
        except OverflowError:
            return None

    def older(self) -> Q:
        return Q(updated_at__lte=self.updated_at) & (Q(updated_at__lt=self.updated_at) | Q(pk__lt=self.pk))

    def newer(self) -> Q:
        return Q(updated_at__gte=self.updated_at) & (Q(updated_at__gt=self.updated_at) | Q(pk__gt=self.pk))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    tickets: list[Any]  # tickets, or rows of their fields, as they were asked for
    newer: Place | None = None  # the page above begins there
    older: Place | None = None


def page_of(
    tickets: QuerySet[Ticket, Any],
    *,
    before: Place | None = None,
    after: Place | None = None,
    size: int = PAGE_SIZE,
) -> Page:
    """A page, newest first: the tickets older than `before`, or those just newer than `after`."""
    if after:
        upwards = list(tickets.filter(after.newer()).order_by("updated_at", "pk")[: size + 1])
        rows = upwards[:size][::-1]
        if not rows:
            return page_of(tickets, size=size)
        return Page(
            tickets=rows,
            newer=Place.of(rows[0]) if len(upwards) > size else None,
            older=Place.of(rows[-1]),
        )
    if before:
        tickets = tickets.filter(before.older())
    found = list(tickets.order_by("-updated_at", "-pk")[: size + 1])
    rows = found[:size]
    return Page(
        tickets=rows,
        newer=Place.of(rows[0]) if before and rows else None,
        older=Place.of(rows[-1]) if len(found) > size else None,
    )
