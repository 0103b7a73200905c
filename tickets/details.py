"""What stands beside the conversation: the customer, the ticket's properties, the people around it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Agent
from accounts.permissions import Permission
from foundation import one_trip
from foundation.one_trip import Question, Row
from tickets import panels, surroundings
from tickets.choices import choices
from tickets.models import Priority, Ticket
from tickets.models.ticket import Sight, TicketQuerySet, sight_of
from tickets.surroundings import Surroundings

PREVIOUS_SHOWN = 5


class Previous(NamedTuple):
    """Another ticket of the same customer."""

    number: int
    subject: str
    category: str
    status: str  # its name
    updated_at: datetime


def of(ticket: Ticket, agent: Agent) -> dict[str, Any]:
    """The context of tickets/_head.html and tickets/_details.html."""
    around, previous = one_trip.ask(surroundings.question(ticket, agent), others(ticket, agent))
    return shown(ticket, agent, surroundings.answer(around), previous)


def shown(ticket: Ticket, agent: Agent, around: Surroundings, previous: list[Row]) -> dict[str, Any]:
    """The same, of what was read already: `previous` are the rows of `others`."""
    known = choices()
    statuses = known.open_to_people
    return {
        **rights(ticket, agent),
        "customer_name": ticket.requester.name or around.email or _("Unknown customer"),
        "statuses": _with(
            [(each.key, each.label) for each in statuses], ticket.status_id, ticket.status.label
        ),
        "solved_as": known.solved_as,
        "reopened_as": known.reopened_as,
        "teams": _with(
            [(each.pk, each.name) for each in known.teams],
            ticket.team_id,
            ticket.team.name if ticket.team else "",
        ),
        "agents": _with(
            [(each.pk, each.name) for each in known.agents],
            ticket.assignee_id,
            ticket.assignee.name if ticket.assignee else "",
        ),
        "priorities": Priority.choices,
        "known_tags": known.tag_options,
        "around": around,
        "previous": _previous(previous),
        "boxes": [(box.title, box.url(ticket)) for box in panels.BOXES],
    }


def rights(ticket: Ticket, agent: Agent) -> dict[str, bool]:
    """What the agent may do here, for what the templates offer. The views check again."""
    here = ticket.merged_into_id is None
    return {
        "may_reply": here and agent.can(Permission.TICKETS_REPLY),
        "may_change": here and agent.can(Permission.TICKETS_CHANGE),
        "may_assign": here and agent.can(Permission.TICKETS_ASSIGN),
    }


def _with(offered: list[tuple[Any, str]], current: Any, name: str) -> list[tuple[Any, str]]:
    """The choices, with the current one even where it could not be chosen any more."""
    if current is None or any(value == current for value, _name in offered):
        return offered
    return [(current, name), *offered]


def others(ticket: Ticket, agent: Agent) -> Question:
    """The customer's other tickets, newest first, as far as this agent may see them."""
    return one_trip.kept(_others, sight_of(agent), ticket.requester_id, ticket.pk)


def _others(sight: Sight, customer: int, ticket: int) -> QuerySet[Ticket, Any]:
    visible: TicketQuerySet = Ticket.objects.within(sight)
    found = visible.present().filter(requester=customer).exclude(pk=ticket).order_by("-updated_at")
    return found.values_list("number", "subject", "category", "status_id", "updated_at")[:PREVIOUS_SHOWN]


def _previous(rows: list[Row]) -> list[Previous]:
    named = choices().status_name
    return [
        Previous(number, subject, category, named(status), updated_at)
        for number, subject, category, status, updated_at in rows
    ]
