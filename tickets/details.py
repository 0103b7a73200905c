"""What stands beside the conversation: the customer, the ticket's properties, the people around it."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery

from accounts.models import Agent, CustomerIdentity
from accounts.permissions import Permission
from tickets import panels
from tickets.choices import choices
from tickets.models import Participant, Priority, Ticket
from tickets.models.ticket import TicketQuerySet

PREVIOUS_SHOWN = 5


def of(ticket: Ticket, agent: Agent) -> dict[str, Any]:
    """The context of tickets/_head.html and tickets/_details.html."""
    known = choices()
    statuses = known.open_to_people
    return {
        **rights(ticket, agent),
        "statuses": _with([(each.key, each.name) for each in statuses], ticket.status_id, ticket.status.name),
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
        "known_tags": known.tags,
        "participants": participants_of(ticket),
        "previous": previous_of(ticket, agent),
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


def participants_of(ticket: Ticket) -> list[Participant]:
    """Who takes part besides the requester, each with `address`."""
    addresses = CustomerIdentity.objects.filter(
        customer=OuterRef("customer"), kind=CustomerIdentity.Kind.EMAIL
    ).order_by("pk")
    return list(
        ticket.participants.filter(removed_at=None)
        .select_related("customer")
        .annotate(address=Subquery(addresses.values("value")[:1]))
    )


def previous_of(ticket: Ticket, agent: Agent) -> list[Any]:
    """The customer's other tickets, newest first, as far as this agent may see them."""
    visible: TicketQuerySet = Ticket.objects.visible_to(agent)
    others = visible.present().of(ticket.requester).exclude(pk=ticket.pk)
    shown = others.values_list("number", "subject", "category", "status__name", "updated_at", named=True)
    return list(shown.order_by("-updated_at")[:PREVIOUS_SHOWN])
