"""Let an agent go: what they were working on goes to a colleague, back to everybody, or waits for them."""

from __future__ import annotations

from django.db import transaction

from accounts import agents
from accounts.models import Agent
from tickets.models import Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.services import workflow


def open_tickets_of(agent: Agent) -> TicketQuerySet:
    present: TicketQuerySet = Ticket.objects.unsolved()
    return present.assigned_to(agent)


@transaction.atomic
def let_go(
    agent: Agent, *, actor: Agent, keep: bool = False, heir: Agent | None = None, ip: str | None = None
) -> int:
    """End all that lets them in, and hand their unsolved tickets over. Returns how many.

    To `heir`, or to nobody, so that everybody sees them; with `keep` they stay theirs. Raises agents.LastOne,
    agents.NotOneself, TransitionRefused for an heir who is not active.
    """
    agents.refuse_farewell(agent, actor=actor)
    if not agents.deactivate(agent, actor=actor.as_actor, ip=ip) or keep:
        return 0
    handed = list(open_tickets_of(agent).order_by("pk"))
    for ticket in handed:
        workflow.assign(ticket=ticket, assignee=heir, actor=actor, quiet=True)
    return len(handed)
