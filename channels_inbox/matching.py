"""Which ticket does a message belong to, and may its sender write there?

What only we can have made beats what anybody can write: the signed reply address, then our signed Message-IDs,
then the ids of the customer's own messages, then a ticket number in the subject. Each rule is one function that
names tickets. Whoever takes part in such a ticket joins it. A stranger who holds something signed is heard but
held: agents see the message, other customers do not. A stranger with anything less opens a ticket of their own,
which says where it may belong. All of it stays inside the inbox's brand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from accounts.models import Customer
from channels_inbox import thread_keys
from channels_inbox.email import reply_address
from channels_inbox.known import Known
from channels_inbox.messages import InboundMessage
from channels_inbox.models import Inbox
from tickets.models import Category, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Where a message goes. `facts` tell agents why."""

    ticket: Ticket | None = None  # None: a new one
    held: bool = False
    aside: bool = False  # it answers what was forwarded to its writer: not the customer's to see
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    is_proof: bool  # nobody but the people of the ticket can have it
    why: str
    tickets: Callable[[InboundMessage, Known], Iterator[Ticket | None]]


def by_reply_address(message: InboundMessage, known: Known) -> Iterator[Ticket | None]:
    for address in message.reply_tokens:
        if number := reply_address.read(address):
            yield known.tickets.get(number)


def by_our_message_id(message: InboundMessage, known: Known) -> Iterator[Ticket | None]:
    for key in message.thread_keys[: thread_keys.REFERENCES_LIMIT]:
        if number := reply_address.read_message_id(key):
            yield known.tickets.get(number)


def by_their_message_id(message: InboundMessage, known: Known) -> Iterator[Ticket | None]:
    for key in thread_keys.of(message):
        for thread in known.threads.get(key, ()):
            yield thread.ticket


def by_subject_number(message: InboundMessage, known: Known) -> Iterator[Ticket | None]:
    if number := thread_keys.subject_number(message.subject):
        yield known.tickets.get(number)


RULES = (
    Rule(
        "reply_address",
        True,
        gettext_noop("It was sent to the signed reply address of this ticket."),
        by_reply_address,
    ),
    Rule(
        "our_message_id",
        True,
        gettext_noop("It answers a message that this desk has sent."),
        by_our_message_id,
    ),
    Rule(
        "their_message_id",
        False,
        gettext_noop("It belongs to a mail conversation that is in this ticket."),
        by_their_message_id,
    ),
    Rule(
        "subject_number",
        False,
        gettext_noop("Its subject names this ticket, and the sender takes part in it."),
        by_subject_number,
    ),
)
ANSWERS_FORWARD = gettext_noop("It answers a message that was forwarded to its writer.")
NOTHING_FITS = gettext_noop("It answers nothing that this desk knows.")
A_STRANGER = gettext_noop("The sender does not take part in this ticket.")
A_SPOOF = gettext_noop("The sender is probably not who they say.")
MAY_BELONG = gettext_noop("It refers to another ticket, in which the sender does not take part.")


def find_ticket(message: InboundMessage, *, inbox: Inbox, sender: Customer, known: Known) -> Match:
    """The ticket this message belongs to, or none where it opens a new one."""
    forwarded = known.forwarded(message)
    if forwarded and forwarded.ticket.brand_id == inbox.brand_id and not forwarded.ticket.trashed_at:
        facts = {"matched_by": "forwarded", "why": ANSWERS_FORWARD}
        return Match(ticket=forwarded.ticket, aside=True, facts=facts)
    related: Ticket | None = None
    for rule in RULES:
        for ticket in rule.tickets(message, known):
            if ticket is None or ticket.brand_id != inbox.brand_id or ticket.trashed_at:
                continue
            refused = _why_not(message, sender, ticket, known)
            facts = {"matched_by": rule.name, "why": rule.why}
            if not refused:
                return Match(ticket=_where_it_goes_on(ticket, sender), facts=facts)
            if rule.is_proof:
                return Match(ticket=ticket, held=True, facts=facts | {"held_because": refused})
            related = related or ticket
    if related:
        return Match(facts={"matched_by": "", "why": MAY_BELONG, "may_belong_to": related.number})
    return Match(facts={"matched_by": "", "why": NOTHING_FITS})


def _where_it_goes_on(ticket: Ticket, sender: Customer) -> Ticket:
    """A closed ticket is followed up once: what comes later joins the follow-up."""
    if not ticket.is_closed:
        return ticket
    follow_ups = Ticket.objects.present().filter(follow_up_of=ticket, requester=sender)
    return follow_ups.exclude(category=Category.CLOSED).order_by("-pk").first() or ticket


def _why_not(message: InboundMessage, sender: Customer, ticket: Ticket, known: Known) -> str:
    if message.spoofed:
        return A_SPOOF
    return "" if known.may_write(sender, ticket) else A_STRANGER
