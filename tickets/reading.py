"""How far has an agent read in a ticket, and what is new to them?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.models import Agent, CustomerIdentity
from tickets import events
from tickets.models import UNSOLVED, Draft, Tag, Ticket, TicketEvent, TicketSeen

DRAFT_SHOWN = 400  # characters of HTML: enough for the line a list shows


@dataclass(frozen=True, slots=True)
class Mark:
    """What a row shows beside the ticket's own fields."""

    is_unread: bool
    draft_html: str
    email: str  # of the requester, for those without a name
    tags: tuple[str, ...]


# One statement for all rows of a page. As SQL, because Django takes longer to put it together than PostgreSQL
# to answer it.
MARKS = f"""
select ticket.id,
       (ticket.category = any(%(unsolved)s) or seen.event_id is not null) and exists(
           select from {TicketEvent._meta.db_table} event
           where event.ticket_id = ticket.id and event.id > coalesce(seen.event_id, 0)
             and event.kind = any(%(written)s) and event.actor_agent_id is distinct from %(agent)s
       ),
       (select left(draft.html, {DRAFT_SHOWN}) from {Draft._meta.db_table} draft
        where draft.agent_id = %(agent)s and draft.ticket_id = ticket.id and draft.html <> ''
        order by draft.updated_at desc limit 1),
       (select identity.value from {CustomerIdentity._meta.db_table} identity
        where identity.customer_id = ticket.requester_id and identity.kind = 'email' order by identity.id limit 1),
       array(select tag.name from {Tag._meta.db_table} tag
             join {Ticket.tags.through._meta.db_table} tagged on tagged.tag_id = tag.id
             where tagged.ticket_id = ticket.id order by tag.name)
from {Ticket._meta.db_table} ticket
left join {TicketSeen._meta.db_table} seen on seen.ticket_id = ticket.id and seen.agent_id = %(agent)s
where ticket.id = any(%(tickets)s)
"""  # noqa: S608 (the tables' own names)


def marks_of(tickets: Iterable[Any], agent: Agent) -> dict[int, Mark]:
    """By the ticket's primary key.

    Unread is what somebody else wrote since the agent looked. A ticket they never opened is unread while
    there is something to do.
    """
    wanted = [ticket.pk for ticket in tickets]
    if not wanted:
        return {}
    parameters: dict[str, Any] = {
        "agent": agent.pk,
        "tickets": wanted,
        "unsolved": [str(category) for category in UNSOLVED],
        "written": list(events.CONVERSATION),
    }
    with connection.cursor() as cursor:
        cursor.execute(MARKS, parameters)
        return {
            pk: Mark(bool(is_unread), draft or "", email or "", tuple(tags))
            for pk, is_unread, draft, email, tags in cursor.fetchall()
        }


def mark_seen(ticket: Ticket, agent: Agent, *, event: int) -> None:
    """The agent has been shown everything up to this event. Never goes back, and never beyond what there is."""
    newest = ticket.events.order_by("-pk").values_list("pk", flat=True).first() or 0
    table = TicketSeen._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            insert into {table} (agent_id, ticket_id, event_id, seen_at) values (%s, %s, %s, now())
            on conflict (agent_id, ticket_id) do update
            set event_id = greatest({table}.event_id, excluded.event_id), seen_at = now()
            """,  # noqa: S608 (the table's own name)
            [agent.pk, ticket.pk, min(event, newest)],
        )


def mark_unread(ticket: Ticket, agent: Agent) -> None:
    """Forget the last message the agent was shown, so that the ticket is unread again."""
    last = (
        ticket.events.filter(kind__in=events.CONVERSATION)
        .exclude(actor_agent=agent)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    if last:
        TicketSeen.objects.update_or_create(agent=agent, ticket=ticket, defaults={"event_id": last - 1})
