"""A customer's message joins its ticket; what the desk says by itself stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from accounts.models import Brand, Customer, Team
from foundation import richtext
from tickets import events, files
from tickets.models import Category, Message, Participant, Ticket
from tickets.services import locking

SNIPPET = 160
SUBJECT = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A customer's message, as a channel hands it over."""

    author: Customer
    channel: str
    source_key: str  # one message per key, ever
    text: str
    html: str = ""
    quoted_text: str = ""
    quoted_html: str = ""
    subject: str = ""
    author_name: str = ""
    author_address: str = ""
    recipients: dict[str, list[str]] = field(default_factory=dict)
    participants: Sequence[Customer] = ()  # others who were written to
    files: Sequence[files.NewFile] = ()
    automatic: bool = False  # a machine wrote it: it neither reopens nor counts as waiting
    attention: str = ""  # why agents should look, where it opens the ticket for nobody; a sentence
    aside: bool = False  # somebody outside answers what was forwarded to them: not the customer's to see
    held: bool = False  # its writer may not write here: agents see it, other customers do not
    language: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


# Without a savepoint of its own: a batch of messages is stored as a whole or not at all.
@transaction.atomic(savepoint=False)
def receive_message(
    *, incoming: Incoming, ticket: Ticket | None, brand: Brand, team: Team | None = None
) -> Message:
    """Add a customer's message to its ticket, opening or reopening the ticket as needed.

    A message to a closed ticket opens a new one that follows it up; one to a merged ticket lands where that went.
    """
    target = _follow_merges(locking.lock(ticket)) if ticket else None
    if target is None or (target.is_closed and not incoming.aside):
        return open_tickets([Opening(incoming=incoming, brand=brand, team=team, follow_up_of=target)])[0]
    reopened = _wake(target, incoming)
    message = _message(target, incoming)
    message.save()
    files.store(incoming.files, ticket=target, message=message)
    kind = events.ASIDE_RECEIVED if incoming.aside else events.MESSAGE_RECEIVED
    history = [events.build(target, kind, actor=incoming.author, message=message)]
    if reopened:
        history.append(
            events.build(target, events.STATUS_CHANGED, actor=incoming.author, changes={"status": reopened})
        )
    Participant.objects.bulk_create(_participants(target, incoming), ignore_conflicts=True)
    events.write(*history)
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A message that opens a ticket."""

    incoming: Incoming
    brand: Brand
    team: Team | None = None
    follow_up_of: Ticket | None = None


@transaction.atomic(savepoint=False)
def open_tickets(openings: Sequence[Opening]) -> list[Message]:
    """A ticket for each of these messages, in a handful of statements however many there are."""
    tickets = Ticket.objects.bulk_create([_ticket(opening) for opening in openings])
    messages = Message.objects.bulk_create(
        [_message(ticket, opening.incoming) for ticket, opening in zip(tickets, openings, strict=True)]
    )
    history, people = [], []
    for ticket, message, opening in zip(tickets, messages, openings, strict=True):
        incoming = opening.incoming
        files.store(incoming.files, ticket=ticket, message=message)
        people += _participants(ticket, incoming)
        history += [
            events.build(ticket, kind, actor=incoming.author, message=message)
            for kind in (events.TICKET_OPENED, events.MESSAGE_RECEIVED)
        ]
    Participant.objects.bulk_create(people, ignore_conflicts=True)
    events.write(*history)
    return messages


def _follow_merges(ticket: Ticket) -> Ticket:
    while ticket.merged_into_id:
        assert ticket.merged_into is not None
        ticket = locking.lock(ticket.merged_into)
    return ticket


def _ticket(opening: Opening) -> Ticket:
    incoming, follow_up_of = opening.incoming, opening.follow_up_of
    subject = richtext.strip_controls(incoming.subject).strip()
    return Ticket(
        subject=(subject or richtext.excerpt(incoming.text, 80) or "(no subject)")[:SUBJECT],
        requester=incoming.author,
        organization_id=incoming.author.organization_id,
        brand=opening.brand,
        team=opening.team or (follow_up_of.team if follow_up_of else None),
        channel=incoming.channel,
        language=incoming.language or incoming.author.language,
        snippet=richtext.excerpt(incoming.text, SNIPPET),
        waiting_since=None if incoming.automatic else now(),
        follow_up_of=follow_up_of,
    )


def _wake(ticket: Ticket, incoming: Incoming) -> list[str] | None:
    """Move a ticket up, and back to open when a person wrote. Returns [before, after] of its status."""
    fields: list[str] = []
    if not incoming.held and not incoming.aside:
        ticket.snippet = richtext.excerpt(incoming.text, SNIPPET)
        fields.append("snippet")
    change = None
    if incoming.attention and not ticket.needs_attention:
        ticket.needs_attention = incoming.attention
        fields.append("needs_attention")
    if not incoming.automatic and not incoming.held:
        if ticket.waiting_since is None and not incoming.aside:
            ticket.waiting_since = now()
            fields.append("waiting_since")
        if ticket.category not in (Category.NEW, Category.OPEN, Category.CLOSED):
            change = [str(ticket.status_id), "open"]
            ticket.status_id, ticket.category, ticket.solved_at = "open", Category.OPEN, None
            ticket.version += 1
            fields += ["status", "category", "solved_at", "version"]
    locking.save(ticket, fields)
    return change


def _message(ticket: Ticket, incoming: Incoming) -> Message:
    return Message(
        ticket=ticket,
        visibility=Message.Visibility.OUTSIDE if incoming.aside else Message.Visibility.PUBLIC,
        direction=Message.Direction.INBOUND,
        channel=incoming.channel,
        author_customer=incoming.author,
        author_name=richtext.strip_controls(incoming.author_name)[:160],
        author_address=incoming.author_address[:254],
        recipients=incoming.recipients,
        text=incoming.text,
        html=incoming.html,
        quoted_text=incoming.quoted_text,
        quoted_html=incoming.quoted_html,
        automatic=incoming.automatic,
        is_held=incoming.held,
        facts=incoming.facts,
        delivery=Message.Delivery.RECEIVED,
        source_key=incoming.source_key,
    )


def _participants(ticket: Ticket, incoming: Incoming) -> list[Participant]:
    """People in To and Cc hear the answers. A held message brings nobody in."""
    if incoming.held or incoming.aside:
        return []
    people = [person for person in incoming.participants if person.pk != ticket.requester_id]
    if incoming.author.pk != ticket.requester_id:
        people.append(incoming.author)
    return [Participant(ticket=ticket, customer=person) for person in dict.fromkeys(people)]


def mark_answered(ticket: Ticket) -> dict[str, Any]:
    """Settle the times that a public answer by a person settles. Returns what taking it back restores."""
    before = {
        "waiting_since": ticket.waiting_since.isoformat() if ticket.waiting_since else None,
        "first_replied": ticket.first_replied_at is None,
    }
    ticket.waiting_since = None
    if ticket.first_replied_at is None:
        ticket.first_replied_at = now()
    return before


@transaction.atomic
def post_automatic(*, ticket: Ticket, html: str, source_key: str, channel: str) -> Message:
    """Something the desk says by itself, such as an acknowledgement. Never counts as an answer.

    No event: whoever lets the desk speak also queues the message for sending.
    """
    return Message.objects.create(
        ticket=ticket,
        visibility=Message.Visibility.PUBLIC,
        direction=Message.Direction.OUTBOUND,
        channel=channel,
        automatic=True,
        recipients={"to": [ticket.requester.email]},
        html=richtext.clean(html),
        text=richtext.to_text(html),
        delivery=Message.Delivery.QUEUED,
        send_after=now(),
        source_key=source_key,
    )
