"""What stands around one ticket, in one statement: its tags, its people, how far its reader has read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from accounts.models import Agent, Customer, CustomerIdentity
from foundation import one_trip
from foundation.one_trip import Question, Row
from tickets.models import Attachment, Draft, Participant, Tag, Ticket, TicketEvent, TicketSeen


class TagShown(NamedTuple):
    pk: int
    name: str


class IdentityShown(NamedTuple):
    kind: str
    value: str
    is_verified: bool
    is_undeliverable: bool = False  # mail to it comes back for good


class ParticipantShown(NamedTuple):
    """Somebody who gets the answers besides the requester."""

    pk: int  # the participant's, not the customer's
    name: str
    address: str  # empty for those without one

    @property
    def shown_name(self) -> str:
        return self.name or self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    tags: tuple[TagShown, ...]
    identities: tuple[IdentityShown, ...]  # the requester's, oldest first
    participants: tuple[ParticipantShown, ...]
    has_files: bool
    has_drafts: bool  # of this reader
    seen_event: int | None  # the newest event the reader was shown; None before the first visit
    seen_at: datetime | None
    newest_event: int  # of the whole desk

    @property
    def email(self) -> str:
        """The requester's first email address, as Customer.email; empty where there is none."""
        return self._mail.value if self._mail else ""

    @property
    def email_comes_back(self) -> bool:
        return bool(self._mail and self._mail.is_undeliverable)

    @property
    def _mail(self) -> IdentityShown | None:
        known = [each for each in self.identities if each.kind == CustomerIdentity.Kind.EMAIL]
        return next((each for each in known if not each.is_undeliverable), known[0] if known else None)


# As SQL for the reason that reading.MARKS gives: to put together seven questions takes Django longer than to write
# the page. The parts that are lists come as JSON.
AROUND = f"""
select
    array(select json_build_array(tag.id, tag.name) from {Tag._meta.db_table} tag
          join {Ticket.tags.through._meta.db_table} tagged on tagged.tag_id = tag.id
          where tagged.ticket_id = %(ticket)s order by tag.name),
    array(select json_build_array(kind, value, verified_at is not null, undeliverable_since is not null)
          from {CustomerIdentity._meta.db_table} where customer_id = %(requester)s order by id),
    array(select json_build_array(participant.id, customer.name, coalesce(
              (select value from {CustomerIdentity._meta.db_table}
               where customer_id = customer.id and kind = 'email'
               order by undeliverable_since is not null, id limit 1), ''))
          from {Participant._meta.db_table} participant
          join {Customer._meta.db_table} customer on customer.id = participant.customer_id
          where participant.ticket_id = %(ticket)s and participant.removed_at is null order by participant.id),
    exists(select from {Attachment._meta.db_table} where ticket_id = %(ticket)s),
    exists(select from {Draft._meta.db_table} where agent_id = %(agent)s and ticket_id = %(ticket)s),
    (select event_id from {TicketSeen._meta.db_table} where agent_id = %(agent)s and ticket_id = %(ticket)s),
    (select seen_at from {TicketSeen._meta.db_table} where agent_id = %(agent)s and ticket_id = %(ticket)s),
    coalesce((select max(id) from {TicketEvent._meta.db_table}), 0)
"""  # noqa: S608 (the tables' own names)


def surroundings_of(ticket: Ticket, agent: Agent) -> Surroundings:
    """As this agent, who may see the ticket, is shown it."""
    return answer(*one_trip.ask(question(ticket, agent)))


def question(ticket: Ticket, agent: Agent) -> Question:
    """For `one_trip.ask`; its rows are for `answer`."""
    return AROUND, {"agent": agent.pk, "ticket": ticket.pk, "requester": ticket.requester_id}


def answer(rows: list[Row]) -> Surroundings:
    tags, identities, participants, has_files, has_drafts, seen_event, seen_at, newest_event = rows[0]
    return Surroundings(
        tags=tuple(TagShown(*row) for row in tags),
        identities=tuple(IdentityShown(*row) for row in identities),
        participants=tuple(ParticipantShown(*row) for row in participants),
        has_files=has_files,
        has_drafts=has_drafts,
        seen_event=seen_event,
        seen_at=seen_at,
        newest_event=newest_event,
    )
