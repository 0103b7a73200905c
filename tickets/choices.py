"""What one can choose for a ticket. It is on every page, so each process keeps it for a moment."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from accounts.models import Agent, Brand, Team
from accounts.permissions import Permission
from tickets.models import Category, Status, Tag, Ticket

FRESH_FOR = 5.0  # seconds
TAGS_OFFERED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    statuses: tuple[Status, ...]
    teams: tuple[Team, ...]
    agents: tuple[Agent, ...]  # who may answer, so who can be given a ticket
    tags: tuple[Tag, ...]
    tag_options: SafeString  # the same as the <option>s of a datalist
    brands: tuple[Brand, ...]

    def name_what_stands_in(self, ticket: Ticket) -> None:
        """Give the ticket its status, assignee, team and brand. What is not known here it asks for itself."""
        for name, known in (
            ("status", self.statuses),
            ("assignee", self.agents),
            ("team", self.teams),
            ("brand", self.brands),
        ):
            key = getattr(ticket, f"{name}_id")
            if found := next((each for each in known if each.pk == key), None):
                setattr(ticket, name, found)

    def status_name(self, key: str) -> str:
        """In the reader's language."""
        return next((status.label for status in self.statuses if status.key == key), key)

    @property
    def solved_as(self) -> str:
        """The key of the status that "Solve" sets."""
        return self._first(Category.SOLVED)

    @property
    def reopened_as(self) -> str:
        return self._first(Category.OPEN)

    def _first(self, category: Category) -> str:
        return next((each.key for each in self.statuses if each.is_active and each.category == category), "")

    @property
    def open_to_people(self) -> list[Status]:
        """The statuses an agent may set: new is where tickets begin, closed is the desk's own doing."""
        settled = (Category.NEW, Category.CLOSED)
        return [status for status in self.statuses if status.is_active and status.category not in settled]


_kept: tuple[float, Choices] | None = None


def choices() -> Choices:
    """At most a few seconds old."""
    global _kept
    if _kept is None or time.monotonic() > _kept[0]:
        _kept = (time.monotonic() + FRESH_FOR, _load())
    return _kept[1]


def forget() -> None:
    """Read from the database next time."""
    global _kept
    _kept = None


def _load() -> Choices:
    may_answer = Agent.objects.active().filter(roles__permissions__contains=[Permission.TICKETS_REPLY.value])
    tags = tuple(Tag.objects.all()[:TAGS_OFFERED])
    return Choices(
        statuses=tuple(Status.objects.all()),
        teams=tuple(Team.objects.filter(is_active=True)),
        agents=tuple(may_answer.distinct()),
        tags=tags,
        tag_options=format_html_join("", '<option value="{}"></option>', ((tag.name,) for tag in tags)),
        brands=tuple(Brand.objects.all()),
    )
