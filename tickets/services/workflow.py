"""Move a ticket along: status, people, priority, tags.

Each verb takes `was`, the value the agent saw when choosing: where somebody else was faster the
change is refused with ChangedMeanwhile, so no change is ever silently lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent, Team
from foundation.richtext import strip_controls
from tickets import events
from tickets.errors import ChangedMeanwhile, TransitionRefused
from tickets.models import Category, Priority, Status, Tag, Ticket, TicketEvent
from tickets.services import locking


class _NotSaid:
    """The caller did not say what it saw: an automation, or the API without a precondition."""


NOT_SAID: Final = _NotSaid()

# From a category to the ones it may move to. Only the desk itself closes, and a closed ticket stays closed.
_OPEN_WORLD = {Category.OPEN, Category.PENDING, Category.ON_HOLD, Category.SOLVED}
ALLOWED_MOVES: dict[str, set[Category]] = {
    Category.NEW: _OPEN_WORLD | {Category.CLOSED},
    Category.OPEN: _OPEN_WORLD | {Category.CLOSED},
    Category.PENDING: _OPEN_WORLD | {Category.CLOSED},
    Category.ON_HOLD: _OPEN_WORLD | {Category.CLOSED},
    Category.SOLVED: _OPEN_WORLD | {Category.CLOSED},
    Category.CLOSED: set(),
}


def _refuse_if_changed(field: str, was: Any, current: Any) -> None:
    if not isinstance(was, _NotSaid) and was != current:
        raise ChangedMeanwhile(field, current)


def _commit(
    ticket: Ticket,
    kind: str,
    field: str,
    change: list[Any],
    fields: list[str],
    *,
    actor: events.Actor,
    caused_by: TicketEvent | None,
) -> Ticket:
    ticket.version += 1
    locking.save(ticket, [*fields, "version"])
    events.record(ticket, kind, actor=actor, changes={field: change}, caused_by=caused_by)
    return ticket


@transaction.atomic
def change_status(
    *,
    ticket: Ticket,
    status: str,
    actor: events.Actor,
    was: str | _NotSaid = NOT_SAID,
    by_undo: bool = False,
    caused_by: TicketEvent | None = None,
) -> Ticket:
    """Give the ticket another status, by its key. Raises TransitionRefused, ChangedMeanwhile.

    `by_undo` alone may bring back a status that no move leads to, such as new.
    """
    locking.lock(ticket)
    _refuse_if_changed("status", was, ticket.status_id)
    wanted = Status.objects.filter(key=status, is_active=True).first()
    if wanted is None:
        raise TransitionRefused(_("There is no such status."))
    if wanted.key == ticket.status_id:
        return ticket
    if not by_undo and Category(wanted.category) not in ALLOWED_MOVES[ticket.category]:
        raise TransitionRefused(_why_not(ticket, wanted))
    change = [ticket.status_id, wanted.key]
    ticket.status, ticket.category = wanted, wanted.category
    done = wanted.category in (Category.SOLVED, Category.CLOSED)
    ticket.solved_at = (ticket.solved_at or now()) if done else None
    fields = ["status", "category", "solved_at"]
    return _commit(ticket, events.STATUS_CHANGED, "status", change, fields, actor=actor, caused_by=caused_by)


def _why_not(ticket: Ticket, wanted: Status) -> Any:
    if ticket.category == Category.CLOSED:
        return _("A closed ticket stays closed. A new message from the customer opens a follow-up.")
    return _("A ticket cannot become “%(status)s” again.") % {"status": wanted.name}


@transaction.atomic
def assign(
    *,
    ticket: Ticket,
    assignee: Agent | None,
    actor: events.Actor,
    was: int | _NotSaid | None = NOT_SAID,
    caused_by: TicketEvent | None = None,
    quiet: bool = False,
) -> Ticket:
    """Give the ticket to an agent, or to nobody. `was` is the primary key of the assignee that was shown.

    `quiet`: one of many, of which nobody is told one by one.
    """
    locking.lock(ticket)
    _refuse_if_changed("assignee", was, ticket.assignee_id)
    if ticket.assignee_id == (assignee.pk if assignee else None):
        return ticket
    if assignee and not assignee.is_active:
        raise TransitionRefused(
            _("%(name)s is not active and cannot be given tickets.") % {"name": assignee.name}
        )
    change = [_name(ticket.assignee), _name(assignee)]
    previous = ticket.assignee_id
    marks = {"quiet": [False, True]} if quiet else {}
    ticket.assignee = assignee
    ticket.version += 1
    locking.save(ticket, ["assignee", "version"])
    events.record(
        ticket,
        events.ASSIGNEE_CHANGED,
        actor=actor,
        # The ids as well: rules and figures ask who, and names change.
        changes={"assignee": change, "assignee_id": [previous, assignee.pk if assignee else None], **marks},
        caused_by=caused_by,
    )
    return ticket


@transaction.atomic
def move_to_team(
    *,
    ticket: Ticket,
    team: Team | None,
    actor: events.Actor,
    was: int | _NotSaid | None = NOT_SAID,
    caused_by: TicketEvent | None = None,
) -> Ticket:
    """Hand the ticket to another team. `was` is the primary key of the team that was shown."""
    locking.lock(ticket)
    _refuse_if_changed("team", was, ticket.team_id)
    if ticket.team_id == (team.pk if team else None):
        return ticket
    change = [_name(ticket.team), _name(team)]
    previous = ticket.team_id
    ticket.team = team
    ticket.version += 1
    locking.save(ticket, ["team", "version"])
    events.record(
        ticket,
        events.TEAM_CHANGED,
        actor=actor,
        changes={"team": change, "team_id": [previous, team.pk if team else None]},
        caused_by=caused_by,
    )
    return ticket


def _name(thing: Agent | Team | None) -> str:
    return thing.name if thing else ""


@transaction.atomic
def change_priority(
    *,
    ticket: Ticket,
    priority: int,
    actor: events.Actor,
    was: int | _NotSaid = NOT_SAID,
    caused_by: TicketEvent | None = None,
) -> Ticket:
    locking.lock(ticket)
    _refuse_if_changed("priority", was, ticket.priority)
    if ticket.priority == priority:
        return ticket
    change = [ticket.priority, Priority(priority).value]
    ticket.priority = priority
    return _commit(
        ticket, events.PRIORITY_CHANGED, "priority", change, ["priority"], actor=actor, caused_by=caused_by
    )


@transaction.atomic
def change_subject(
    *, ticket: Ticket, subject: str, actor: events.Actor, was: str | _NotSaid = NOT_SAID
) -> Ticket:
    locking.lock(ticket)
    _refuse_if_changed("subject", was, ticket.subject)
    wanted = strip_controls(subject).strip()[:250]
    if not wanted:
        raise TransitionRefused(_("A ticket needs a subject."))
    if wanted == ticket.subject:
        return ticket
    change = [ticket.subject, wanted]
    ticket.subject = wanted
    return _commit(
        ticket, events.SUBJECT_CHANGED, "subject", change, ["subject"], actor=actor, caused_by=None
    )


@transaction.atomic
def tag(
    *,
    ticket: Ticket,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
    actor: events.Actor,
    caused_by: TicketEvent | None = None,
) -> Ticket:
    """Add and remove tags by name. New names become tags. Adding and removing never collide with others' changes."""
    locking.lock(ticket)
    before = sorted(ticket.tags.values_list("name", flat=True))
    ticket.tags.add(*[_tag_called(name) for name in _tidy(add)])
    ticket.tags.remove(*Tag.objects.filter(name__in=_tidy(remove)))
    after = sorted(ticket.tags.values_list("name", flat=True))
    if before == after:
        return ticket
    return _commit(ticket, events.TAGS_CHANGED, "tags", [before, after], [], actor=actor, caused_by=caused_by)


def _tidy(names: Iterable[str]) -> list[str]:
    cleaned = (strip_controls(name).strip().lower()[:60] for name in names)
    return [name for name in dict.fromkeys(cleaned) if name]


def _tag_called(name: str) -> Tag:
    found, _created = Tag.objects.get_or_create(name=name)
    return found
