"""Filters on a list, as they stand in its address: several values of one filter are alternatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.choices import choices
from tickets.models import Priority, Ticket
from tickets.models.ticket import TicketQuerySet

VALUES_AT_MOST = 20
CHANNELS = {"email": _("Email"), "form": _("Web form"), "portal": _("Customer pages"), "api": _("API")}

Options = list[tuple[str, str | Promise]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    key: str
    name: Promise
    condition: Callable[[tuple[str, ...]], Q | Exists]
    options: Callable[[], Options]  # what may be chosen; anything else in the address is ignored


def _teams() -> Options:
    return [(str(team.pk), team.name) for team in choices().teams]


def _tags() -> Options:
    return [(str(tag.pk), tag.name) for tag in choices().tags]


def _tagged(values: tuple[str, ...]) -> Exists:
    # Not a join: a ticket with two of the tags is still one ticket.
    chosen = [int(value) for value in values]
    return Exists(Ticket.tags.through.objects.filter(ticket=OuterRef("pk"), tag__in=chosen))


FILTERS = (
    Filter(key="team", name=_("Team"), condition=lambda values: Q(team__in=values), options=_teams),
    Filter(
        key="priority",
        name=_("Priority"),
        condition=lambda values: Q(priority__in=values),
        options=lambda: [(str(value), label) for value, label in reversed(Priority.choices)],
    ),
    Filter(
        key="channel",
        name=_("Channel"),
        condition=lambda values: Q(channel__in=values),
        options=lambda: list(CHANNELS.items()),
    ),
    Filter(key="tag", name=_("Tag"), condition=_tagged, options=_tags),
)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The chosen values of each filter."""

    chosen: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, query: QueryDict) -> Narrowing:
        chosen = {}
        for each in FILTERS:
            wanted = query.getlist(each.key)[:VALUES_AT_MOST]
            if wanted:
                known = {value for value, _name in each.options()}
                chosen[each.key] = tuple(dict.fromkeys(value for value in wanted if value in known))
        return cls({key: values for key, values in chosen.items() if values})

    def __bool__(self) -> bool:
        return bool(self.chosen)

    def apply(self, tickets: TicketQuerySet) -> TicketQuerySet:
        for each in FILTERS:
            if values := self.chosen.get(each.key):
                tickets = tickets.filter(each.condition(values))
        return tickets

    def query(self, *, without: tuple[str, str] | None = None, **more: Any) -> str:
        """The filters as the query of an address, beginning with "?", or ""."""
        data = QueryDict(mutable=True)
        for key, values in self.chosen.items():
            data.setlist(key, [value for value in values if (key, value) != without])
        for key, value in more.items():
            if value not in (None, ""):
                data[key] = str(value)
        encoded = data.urlencode()
        return f"?{encoded}" if encoded else ""

    def chips(self) -> list[dict[str, Any]]:
        """What is chosen, each with the address of the list without it."""
        return [
            {"name": each.name, "value": name, "url": self.query(without=(each.key, value)) or "?"}
            for each in FILTERS
            for value, name in each.options()
            if value in self.chosen.get(each.key, ())
        ]

    def groups(self) -> list[dict[str, Any]]:
        """All filters with their options, the chosen ones marked."""
        return [
            {
                "key": each.key,
                "name": each.name,
                "options": [
                    {"value": value, "name": name, "chosen": value in self.chosen.get(each.key, ())}
                    for value, name in each.options()
                ],
            }
            for each in FILTERS
        ]
