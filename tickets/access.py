"""Fetch a ticket, a message or a file, and check in the same breath whether the agent may.

What an agent may not see does not exist for them: 404, never 403.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.access import agent_of, demand
from accounts.models import Agent, Customer, Organization
from foundation import one_trip
from tickets.choices import choices
from tickets.models import Attachment, Message, Ticket
from tickets.models.ticket import Sight, TicketQuerySet, sight_of


def find_ticket(agent: Agent, number: int, *, to: str = "") -> Ticket:
    """The ticket with this number, if the agent sees it; PermissionDenied if they may not do `to` there."""
    rows = one_trip.ask(one_trip.kept(_of_page, sight_of(agent), number))[0]
    if not rows:
        raise Http404
    if to:
        demand(agent, to)
    ticket, customer, organization = one_trip.instances(PAGE, rows[0])
    ticket.requester, customer.organization = customer, organization
    choices().name_what_stands_in(ticket)
    return ticket


# The ticket with its requester; who has it and where it stands comes from tickets.choices.
PAGE = ((Ticket, ""), (Customer, "requester"), (Organization, "requester__organization"))


def _of_page(sight: Sight, number: int) -> QuerySet[Ticket, Any]:
    tickets: TicketQuerySet = Ticket.objects.within(sight)
    return tickets.filter(number=number).values_list(*one_trip.fields(PAGE))


def get_ticket(request: HttpRequest, number: int, *, to: str = "") -> Ticket:
    return find_ticket(agent_of(request), number, to=to)


def get_message(request: HttpRequest, number: int, pk: int, *, to: str = "") -> Message:
    """A message of that very ticket: an id from another one is not found."""
    ticket = get_ticket(request, number, to=to)
    message = ticket.messages.filter(pk=pk).first()
    if message is None:
        raise Http404
    message.ticket = ticket
    return message


def find_attachment(agent: Agent, token: str) -> Attachment:
    """A file of a ticket the agent sees. Uploads that stand in a draft belong to their uploader alone."""
    attachment = Attachment.objects.filter(token=token).select_related("ticket", "message").first()
    if attachment is None or not Ticket.objects.visible_to(agent).filter(pk=attachment.ticket_id).exists():
        raise Http404
    if attachment.message_id is None and attachment.uploaded_by_id != agent.pk:
        raise Http404
    return attachment
