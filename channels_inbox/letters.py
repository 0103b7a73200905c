"""What all mails of a ticket have in common: who they come from, where answers go, which conversation they continue."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_supported_language_variant

from channels_inbox import thread_keys
from channels_inbox.email import reply_address
from channels_inbox.messages import FileRef, OutboundMessage, Sender
from channels_inbox.models import ExternalThread, MessageDelivery
from foundation import desk
from tickets.models import Message, Ticket

SO_MANY_ANCESTORS = 20


class NothingToSend(Exception):
    """It is not to leave after all; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    subject: str
    text: str
    html: str
    sender_name: str
    files: tuple[FileRef, ...] = ()
    automatic: bool = False
    language: str = ""


def of_ticket(row: MessageDelivery, ticket: Ticket, before: int, content: Content) -> OutboundMessage:
    """A mail of this ticket; `before` is the primary key of the message it is: what came earlier it answers."""
    ancestors = _ancestors(ticket, before)
    parent = _parent(ticket, before, dict(ancestors)) or (ancestors[-1][1] if ancestors else "")
    return OutboundMessage(
        sender=Sender(handle=row.sender, name=content.sender_name),
        reply_to=reply_address.sign(row.sender, ticket.number) if row.inbox.kind == "email" else "",
        to=tuple(row.recipients.get("to", ())),
        cc=tuple(row.recipients.get("cc", ())),
        bcc=tuple(row.recipients.get("bcc", ())),
        only_to=tuple(row.content.get("only", ())),
        subject=content.subject,
        text=content.text,
        html=content.html,
        message_id=row.rfc_message_id,
        date=row.created_at,
        in_reply_to=parent,
        references=tuple(
            dict.fromkeys([name for _pk, name in ancestors if name != parent] + [parent] * bool(parent))
        ),
        files=content.files,
        automatic=content.automatic,
        language=content.language,
    )


def outside(row: MessageDelivery, *, reply_to: str, content: Content) -> OutboundMessage:
    """A mail about a ticket to somebody who has no part in it."""
    return OutboundMessage(
        sender=Sender(handle=row.sender, name=content.sender_name),
        reply_to=reply_to,
        to=tuple(row.recipients.get("to", ())),
        only_to=tuple(row.content.get("only", ())),
        subject=content.subject,
        text=content.text,
        html=content.html,
        message_id=row.rfc_message_id,
        date=row.created_at,
        files=content.files,
    )


def language_of(ticket: Ticket) -> str:
    """The language in which the desk writes to the people of this ticket: one that it speaks."""
    for wanted in (ticket.language, ticket.brand.language):
        with suppress(LookupError):
            return get_supported_language_variant(wanted)
    return settings.LANGUAGE_CODE


def portal() -> str:
    """Where customers find their requests; holds nothing that lets anybody in."""
    return desk.settings().portal_url.rstrip("/") + reverse("portal:requests")


def answering(subject: str) -> str:
    """The subject of an answer: "Re:" once, however often it went to and fro."""
    return subject if subject[:3].lower() == "re:" else f"Re: {subject}"


def _ancestors(ticket: Ticket, before: int) -> list[tuple[int, str]]:
    """Message-IDs of the ticket's earlier messages, theirs and ours, oldest first, with the messages' keys."""
    theirs = ExternalThread.objects.filter(ticket=ticket, message__lt=before, message__is_held=False)
    ours = MessageDelivery.objects.filter(ticket=ticket, message__lt=before, sent_at__isnull=False)
    ours = ours.exclude(message__visibility=Message.Visibility.OUTSIDE)
    named = [
        *theirs.order_by("-message")[:SO_MANY_ANCESTORS].values_list("message", "key"),
        *ours.order_by("-message")[:SO_MANY_ANCESTORS].values_list("message", "rfc_message_id"),
    ]
    return sorted((pk, name) for pk, name in named if thread_keys.is_message_id(name))[-SO_MANY_ANCESTORS:]


def _parent(ticket: Ticket, before: int, names: dict[int, str]) -> str:
    """The message it answers: the customer's last one."""
    theirs = ticket.messages.public().filter(direction=Message.Direction.INBOUND, pk__lt=before)
    last = theirs.order_by("-pk").values_list("pk", flat=True).first()
    return names.get(last, "") if last else ""
