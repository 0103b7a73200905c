"""An agent forwards to an inbox what a customer has sent them: it becomes that customer's ticket.

Only what a known, active agent forwards is taken for what it says it is, and only where the desk's own mail server
found that the mail comes from them: whoever could do this in an agent's name could write notes in it. Everybody
else's forwards are messages of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models.functions import Lower

from accounts.models import Agent
from accounts.permissions import Permission
from channels_inbox.adapter import PayloadUnreadable
from channels_inbox.email import reply_address
from channels_inbox.email.forwarded import without_prefix
from channels_inbox.messages import ForwardedMessage, Forwarder, InboundMessage
from channels_inbox.models import Inbox
from channels_inbox.reading import Reading
from channels_inbox.registry import adapter_for
from foundation import richtext
from tickets.models import Message
from tickets.services import replies

WHOLE_MAILS = ("message/rfc822", "message/global")


def unwrap(readings: Sequence[Reading]) -> list[Reading]:
    """The same, where what an agent has forwarded is what it was before. May read a mail that lies within another."""
    candidates = [message for reading in readings for message in reading.messages if _may_be_one(message)]
    if not candidates:
        return list(readings)
    agents = _agents({message.sender.handle.lower() for message in candidates})
    return [_unwrapped(reading, agents) for reading in readings] if agents else list(readings)


def _may_be_one(message: InboundMessage) -> bool:
    if message.written_by_machine or message.from_ourselves:
        return False
    return message.forwarded is not None or _inner_mail(message) is not None


def _agents(addresses: set[str]) -> dict[str, Agent]:
    """Those who may write in tickets, by their addresses in small letters."""
    active = Agent.objects.active().annotate(address=Lower("email")).filter(address__in=addresses)
    return {agent.email.lower(): agent for agent in active if agent.can(Permission.TICKETS_NOTE)}


def _unwrapped(reading: Reading, agents: dict[str, Agent]) -> Reading:
    if isinstance(reading.says, PayloadUnreadable):
        return reading
    says = [
        _original(item, agents[item.sender.handle.lower()], reading.payload.inbox)
        if isinstance(item, InboundMessage) and _may_be_one(item) and item.sender.handle.lower() in agents
        else item
        for item in reading.says
    ]
    return replace(reading, says=says)


def _original(message: InboundMessage, agent: Agent, inbox: Inbox) -> InboundMessage:
    """What the customer wrote, under the ledger's name of the mail that brought it."""
    inner = _read_inner(message, inbox)
    found = inner if inner is not None else message.forwarded
    if found is None or _is_ours(found.sender.handle):
        return message
    if message.proof != "pass" or message.spoofed:
        return replace(message, facts={**message.facts, "forward_not_proven": agent.name})
    shared = replace(
        message,
        sender=found.sender,
        subject=without_prefix(found.subject or message.subject),
        text=found.text,
        quoted_text=found.quoted_text,
        html=found.html,
        quoted_html="",
        reply_tokens=(),
        thread_keys=(),
        to=tuple(person for person in message.to if _is_ours(person.handle)),
        cc=(),
        automatic=False,
        automatic_reason="",
        language="",
        forwarded=None,
        forwarded_by=Forwarder(
            agent.pk, found.comment if isinstance(found, ForwardedMessage) else message.text
        ),
        facts={**message.facts, "forwarded_by": agent.name},
    )
    if isinstance(found, ForwardedMessage):
        return shared
    keys = tuple(filter(None, [found.external_id, *found.thread_keys]))
    return replace(shared, files=found.files, quoted_html=found.quoted_html, thread_keys=keys)


def _inner_mail(message: InboundMessage) -> bytes | None:
    """The one mail that lies in this as a file; None where there is none, or several."""
    mails = [file.content for file in message.files if file.content_type in WHOLE_MAILS]
    return mails[0] if len(mails) == 1 else None


def _read_inner(message: InboundMessage, inbox: Inbox) -> InboundMessage | None:
    """Read in the guarded child, as every mail. None where it cannot be read: it is a file then."""
    raw = _inner_mail(message)
    if raw is None or message.forwarded is not None:
        return None
    try:
        says = list(adapter_for(inbox).parse(raw))
    except PayloadUnreadable:
        return None
    return says[0] if len(says) == 1 and isinstance(says[0], InboundMessage) else None


def _is_ours(address: str) -> bool:
    """An address of the desk or of a colleague: neither becomes a customer by being forwarded."""
    plain = reply_address.without_tag(address)
    return (
        Inbox.objects.filter(address__iexact=plain).exists()
        or Inbox.objects.filter(aliases__contains=[plain]).exists()
        or Agent.objects.filter(email__iexact=address).exists()
    )


def note(message: InboundMessage, stored: Message) -> None:
    """What the forwarder wrote above is for colleagues. Doing it twice writes it once."""
    by = message.forwarded_by
    agent = Agent.objects.filter(pk=by.agent).first() if by and by.comment.strip() else None
    if by and agent:
        replies.add_note(
            ticket=stored.ticket,
            author=agent,
            html=richtext.from_text(by.comment.strip()),
            client_key=f"forward-{stored.pk}",
        )
