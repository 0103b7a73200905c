"""Several properties of a ticket at once: all of them, or none."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.access import demand
from accounts.models import Agent
from accounts.permissions import Permission
from tickets.errors import ChangedMeanwhile
from tickets.models import Priority, Ticket
from tickets.services import locking, workflow


@transaction.atomic
def apply_changes(ticket: Ticket, given: dict[str, Any], *, actor: Agent) -> Ticket:
    """Apply what TicketChange took. Raises ChangedMeanwhile where `version` is no longer the ticket's."""
    locking.lock(ticket)
    if "version" in given and given["version"] != ticket.version:
        raise ChangedMeanwhile("version", ticket.version)
    if given.keys() & {"assignee", "team"}:
        demand(actor, Permission.TICKETS_ASSIGN)
    if given.keys() & {"status", "priority", "subject", "add_tags", "remove_tags"}:
        demand(actor, Permission.TICKETS_CHANGE)
    if "assignee" in given:
        workflow.assign(ticket=ticket, assignee=given["assignee"], actor=actor)
    if "team" in given:
        workflow.move_to_team(ticket=ticket, team=given["team"], actor=actor)
    if "priority" in given:
        workflow.change_priority(ticket=ticket, priority=Priority[given["priority"].upper()], actor=actor)
    if "subject" in given:
        workflow.change_subject(ticket=ticket, subject=given["subject"], actor=actor)
    if given.keys() & {"add_tags", "remove_tags"}:
        add, remove = given.get("add_tags", ()), given.get("remove_tags", ())
        workflow.tag(ticket=ticket, add=add, remove=remove, actor=actor)
    if "status" in given:
        workflow.change_status(ticket=ticket, status=given["status"].key, actor=actor)
    return ticket
