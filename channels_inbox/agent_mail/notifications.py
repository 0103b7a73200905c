"""Tell an agent by mail what happens to their tickets, so that they can answer from wherever they read mail.

What such a mail says is looked up when it leaves: by then the agent may no longer see the ticket, and a message
may be held. It repeats what the customer wrote, and never a note.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Agent
from accounts.permissions import Permission
from channels_inbox import doorbell, loop_caps
from channels_inbox.email import agent_address
from channels_inbox.email.agent_address import CONVERSATION, Bound
from channels_inbox.letters import NothingToSend
from channels_inbox.mail_texts import texts
from channels_inbox.mail_texts.catalogue import TICKET_ANSWERED, TICKET_ASSIGNED
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.rendering import Block, Rendered
from channels_inbox.messages import OutboundMessage, Sender
from channels_inbox.models import MessageDelivery, Reflex
from channels_inbox.routes import Route, default_route, route_of
from foundation import desk, richtext
from tickets import events
from tickets.models import Message, Ticket, TicketEvent

CHANNEL = "email"
LONGEST = 5000
# What every mail program and the desk itself know as the end of an answer (email/reply_shapes.py).
LINE = "##- {words} -##"
NOT_THEIRS = "The agent may not see this ticket any more, or does not want to be told."
NOTHING_LEFT = "There is nothing left to tell."


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notification. Others, and other ways to hear of them, join here."""

    mail: str  # its text: a key of the catalogue
    wanted: str  # the agent's own switch
    concerns: Callable[[TicketEvent], int | None]  # the primary key of whom it is for


def _who_got_it(event: TicketEvent) -> int | None:
    _before, after = event.changes.get("assignee_id", [None, None])
    return after if after != event.actor_agent_id and "quiet" not in event.changes else None


def _whose_customer_wrote(event: TicketEvent) -> int | None:
    message = event.message
    if message is None or message.is_held or message.automatic or not message.is_public:
        return None
    ticket = event.ticket
    if ticket.assignee_id is None or ticket.assignee_id == event.actor_agent_id:
        return None
    opened_by_it = not ticket.messages.filter(pk__lt=message.pk).exists()
    return None if opened_by_it else ticket.assignee_id  # of a new ticket its new owner hears all at once


ASSIGNED = Kind(TICKET_ASSIGNED, "mail_when_assigned", _who_got_it)
ANSWERED = Kind(TICKET_ANSWERED, "mail_when_answered", _whose_customer_wrote)
KINDS: Mapping[str, Kind] = {
    events.ASSIGNEE_CHANGED: ASSIGNED,
    events.MESSAGE_RECEIVED: ANSWERED,
    events.MESSAGE_ACCEPTED: ANSWERED,
}


def queue(event: TicketEvent) -> None:
    """Take it into the outbox, where somebody is to be told. Doing it twice tells them once."""
    kind = KINDS[event.kind]
    pk = kind.concerns(event)
    agent = Agent.objects.active().filter(pk=pk, **{kind.wanted: True}).first() if pk else None
    route = (route_of(event.ticket, CHANNEL) or default_route()) if agent else None
    if agent and route:
        MessageDelivery.objects.bulk_create([_row(event, kind, agent, route)], ignore_conflicts=True)
        doorbell.ring_after_commit(doorbell.SEND_DUE)


def _row(event: TicketEvent, kind: Kind, agent: Agent, route: Route) -> MessageDelivery:
    bound = Bound(agent.pk, event.ticket.number)
    return MessageDelivery(
        kind=MessageDelivery.Kind.NOTICE,
        inbox=route.inbox,
        idempotency_key=f"notify:{event.pk}:{agent.pk}",
        rfc_message_id=agent_address.mint(bound, event.pk, route.address),
        sender=route.address,
        recipients={"to": [agent.email]},
        content={
            "kind": kind.mail,
            "agent": agent.pk,
            "ticket": event.ticket.number,
            "message": event.message_id,
            "by": _who_did(event),
            "language": agent.language,
        },
    )


def _who_did(event: TicketEvent) -> str:
    return event.actor_agent.name if event.actor_agent else event.actor_label


def write(row: MessageDelivery) -> OutboundMessage:
    """Raises NothingToSend where the agent may no longer know, or wants to hear no more."""
    agent, ticket = _still_concerned(row)
    kind = Reflex.Kind.NOTIFICATION
    if too_many := loop_caps.may_leave(row, address=agent.email, ticket=ticket, kind=kind):
        raise NothingToSend(too_many)
    bound = Bound(agent.pk, ticket.number)
    with translation.override(agent.language):
        letter = _letter(row, agent, ticket)
    return OutboundMessage(
        sender=Sender(handle=row.sender, name=ticket.brand.name),
        reply_to=agent_address.sign(row.sender, bound),
        to=(agent.email,),
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=row.rfc_message_id,
        date=row.created_at,
        references=(agent_address.mint(bound, CONVERSATION, row.sender),),
        automatic=True,
        language=agent.language,
    )


def _still_concerned(row: MessageDelivery) -> tuple[Agent, Ticket]:
    wanted = next(kind.wanted for kind in KINDS.values() if kind.mail == row.content["kind"])
    agent = Agent.objects.active().filter(pk=row.content["agent"], **{wanted: True}).first()
    if agent is None:
        raise NothingToSend(NOT_THEIRS)
    mine = Ticket.objects.visible_to(agent).filter(trashed_at=None)
    ticket = mine.select_related("brand", "requester").filter(number=row.content["ticket"]).first()
    if ticket is None:
        raise NothingToSend(NOT_THEIRS)
    return agent, ticket


def _letter(row: MessageDelivery, agent: Agent, ticket: Ticket) -> Rendered:
    said = _said(row, ticket)
    values: dict[str, str | Block] = {
        "number": str(ticket.number),
        "subject": ticket.subject,
        "customer": (said.author_name if said else "") or ticket.requester.display_name,
        "who": row.content["by"] or desk.settings().name,
        "message": _block(said),
        "link": settings.SITE_URL.rstrip("/") + ticket.get_absolute_url(),
        "desk": desk.settings().name,
        "brand": ticket.brand.name,
    }
    letter = texts.write(row.content["kind"], Place(brand=ticket.brand, language=agent.language), values)
    above, below = LINE.format(words=_("Write your answer above this line")), _how(agent)
    return Rendered(
        subject=letter.subject,
        text="\n\n".join([above, letter.text, *below]),
        html="".join([_paragraphs([above]), letter.html, "<hr>", _paragraphs(below)]),
    )


def _said(row: MessageDelivery, ticket: Ticket) -> Message | None:
    """What the customer wrote: the message it is about, else their last one."""
    theirs = ticket.messages.public().filter(direction=Message.Direction.INBOUND)
    if pk := row.content["message"]:
        found = theirs.filter(pk=pk).first()
        if found is None:
            raise NothingToSend(NOTHING_LEFT)
        return found
    return theirs.order_by("-pk").first()


def _block(said: Message | None) -> Block:
    if said is None:
        return Block("", "")
    words = said.text.strip()
    text = words if len(words) <= LONGEST else f"{words[:LONGEST]} […]"
    quoted = "\n".join(f"| {line}".rstrip() for line in text.splitlines())
    return Block(quoted, f"<blockquote>{richtext.from_text(text)}</blockquote>")


def _how(agent: Agent) -> Sequence[str]:
    """How one answers, and how one hears no more of it."""
    profile = settings.SITE_URL.rstrip("/") + reverse("accounts:me")
    how = (
        _(
            "Your answer to this mail goes to the customer. To write to your team only, begin it with #note."
            " Quoted text and your mail program's signature are left out."
        )
        if agent.can(Permission.TICKETS_REPLY)
        else _(
            "Your role does not let you answer customers. Begin your answer to this mail with #note, and your"
            " team reads it."
        )
    )
    return how, _("You get this mail because the ticket is yours. To get fewer: %(address)s") % {
        "address": profile
    }


def _paragraphs(lines: Sequence[str]) -> str:
    return "".join(richtext.from_text(line) for line in lines)
