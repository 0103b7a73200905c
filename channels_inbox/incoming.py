"""A message that was read and matched, made ready for its ticket: who wrote it, what it says, what agents are told."""

from __future__ import annotations

from typing import Any

from accounts.models import Customer
from channels_inbox import loop_caps, matching, thread_keys
from channels_inbox.known import Known, others
from channels_inbox.messages import InboundMessage
from channels_inbox.models import ExternalThread, InboundPayload
from channels_inbox.reading import Reading
from tickets.files import NewFile
from tickets.models import Message
from tickets.services import conversation


def of(
    message: InboundMessage, match: matching.Match, source_key: str, reading: Reading, known: Known
) -> conversation.Incoming:
    author = known.customer(message.sender)
    is_storm = bool(
        match.ticket and not message.automatic and loop_caps.is_storm(match.ticket, author=author.pk)
    )
    joining, left_out = _who_joins(message, match, known)
    people = {"to": [person.handle for person in message.to], "cc": [person.handle for person in message.cc]}
    return conversation.Incoming(
        author=author,
        channel=reading.payload.inbox.kind,
        source_key=source_key,
        text=message.text,
        html=message.html,
        quoted_text=message.quoted_text,
        quoted_html=message.quoted_html,
        subject=message.subject,
        author_name=message.sender.name,
        author_address=message.sender.handle,
        recipients=people,
        participants=joining,
        files=[
            NewFile(
                name=file.name,
                content=file.content,
                content_type=file.content_type,
                content_id=file.content_id,
                is_inline=file.is_inline,
            )
            for file in message.files
        ],
        automatic=message.automatic or is_storm,
        attention=loop_caps.ATTENTION if is_storm else "",
        held=match.held,
        aside=match.aside,
        language=message.language,
        facts=_facts(message, match, known, is_storm=is_storm, left_out=left_out),
    )


def _who_joins(
    message: InboundMessage, match: matching.Match, known: Known
) -> tuple[list[Customer], list[str]]:
    """Those in To and Cc who hear the answers from now on, and the addresses of those who do not.

    Whoever borrows a customer's name could put themselves in copy, and so read what the desk answers. What the mail
    server found to be forged brings nobody in; what nothing proves brings nobody into a conversation that is there.
    """
    people = {person.handle: known.customer(person) for person in others(message, known)}
    ticket = match.ticket
    if not message.spoofed and not (ticket and message.proof == "open"):
        return list(people.values()), []
    present = {handle: who for handle, who in people.items() if ticket and known.may_write(who, ticket)}
    return list(present.values()), [handle for handle in people if handle not in present]


def _facts(
    message: InboundMessage, match: matching.Match, known: Known, *, is_storm: bool, left_out: list[str]
) -> dict[str, Any]:
    facts = {**message.facts, **match.facts}
    if message.automatic_reason or is_storm:
        facts["automatic_because"] = message.automatic_reason or loop_caps.TOO_MANY_MAILS
    if left_out:
        facts["not_joined"] = left_out
    if message.spoofed:
        facts["spoofed"] = message.spoofed
    if any(thread.message_id for thread in known.threads.get(thread_keys.shortened(message.external_id), ())):
        # Broken programs use an id twice, and so may somebody who wants the second message to vanish.
        facts["message_id_was_used_before"] = True
    return facts


def threads_of(
    message: InboundMessage, stored: Message, payload: InboundPayload, known: Known
) -> list[ExternalThread]:
    """The keys under which the next messages of this conversation will find the ticket.

    A key that another ticket has already is not taken away from it; a follow-up alone inherits its parent's.
    """
    if stored.is_aside:  # who wrote it is found by the address that was made for them, and by nothing else
        return []
    inherits = stored.ticket.follow_up_of_id is not None
    own = thread_keys.shortened(message.external_id)
    return [
        ExternalThread(
            ticket=stored.ticket, inbox=payload.inbox, message=stored if key == own else None, key=key
        )
        for key in thread_keys.of(message)
        if key == own or inherits or not known.threads.get(key)
    ]
