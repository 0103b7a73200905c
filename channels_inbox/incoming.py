"""A message that was read and matched, made ready for its ticket: who wrote it, what it says, what agents are told."""

from __future__ import annotations

from typing import Any

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
        participants=[known.customer(person) for person in others(message, known)],
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
        language=message.language,
        facts=_facts(message, match, known, is_storm=is_storm),
    )


def _facts(message: InboundMessage, match: matching.Match, known: Known, *, is_storm: bool) -> dict[str, Any]:
    facts = {**message.facts, **match.facts}
    if message.automatic_reason or is_storm:
        facts["automatic_because"] = message.automatic_reason or loop_caps.TOO_MANY_MAILS
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
    inherits = stored.ticket.follow_up_of_id is not None
    own = thread_keys.shortened(message.external_id)
    return [
        ExternalThread(
            ticket=stored.ticket, inbox=payload.inbox, message=stored if key == own else None, key=key
        )
        for key in thread_keys.of(message)
        if key == own or inherits or not known.threads.get(key)
    ]
