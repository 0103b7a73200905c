"""An agent answers what the desk has mailed them: it becomes their reply to the customer, or their note.

The signed address says which agent and which ticket. It is not enough: the mail must come from that agent's own
address, the mail server must not doubt it, and the agent must be allowed what they do at the moment they do it.
What fails is held, with a sentence that says why, and a ticket stands in for it.
"""

from __future__ import annotations

import hashlib
import re

from django.db import transaction

from accounts.models import Agent
from accounts.permissions import Permission
from channels_inbox.agent_mail.commands import Wish, wish_of
from channels_inbox.email import agent_address
from channels_inbox.email.agent_address import Bound
from channels_inbox.messages import InboundMessage
from channels_inbox.outcome import Outcome, Result
from foundation import richtext
from foundation.errors import HelpdeskError
from tickets import files
from tickets.files import NewFile
from tickets.models import Attachment, Message, Ticket
from tickets.services import replies

AUTOMATIC = "An automatic reply of {name} to a mail of the desk: nobody else gets it."
GONE = "It answers ticket #{number} in the name of an agent whom the desk does not know."
INACTIVE = "It answers ticket #{number} in the name of {name}, who is no longer active here."
ELSEWHERE = (
    "It answers ticket #{number} in the name of {name}, but comes from {address}, which is not theirs."
)
FORGED = "It answers ticket #{number} in the name of {name}, but the mail server found that {address} did not send it."
UNPROVEN = "It answers ticket #{number} in the name of {name}, but nothing proves that {address} sent it."
NO_TICKET = "It answers ticket #{number} in the name of {name}, but there is no such ticket any more."
NOT_THEIRS = "It answers ticket #{number}, which {name} may not see any more."
TRASHED = "It answers ticket #{number}, which is in the trash."
MAY_NOT_REPLY = (
    "It answers ticket #{number}, but {name} may not answer customers. A note would begin with #note."
)
MAY_NOT_NOTE = "It is a note to ticket #{number}, but {name} may not write notes."
ONLY_QUOTES = "It answers ticket #{number} in the name of {name}, but nothing stands above the quoted text."
REFUSED = "It answers ticket #{number} in the name of {name}, but could not be posted: {why}"

CID = re.compile(r"(?i)\bcid:([^\"'\s<>)]{1,300})")


class Held(Exception):
    """It is not posted; the sentence says why. `agent` is who wrote it, where that is certain: they are told."""

    def __init__(self, sentence: str, *, agent: Agent | None = None) -> None:
        super().__init__(sentence)
        self.agent = agent


def bound_of(message: InboundMessage) -> Bound | None:
    """Whose answer to which ticket this says it is, by a proof that only the desk can make. None: it says nothing."""
    for address in message.reply_tokens:
        if found := agent_address.read(address):
            return found
    parent = message.thread_keys[0] if message.thread_keys else ""
    return agent_address.read_message_id(parent)


def take(message: InboundMessage, bound: Bound, *, source_key: str, is_released: bool) -> Outcome:
    """Post it, or raise Held. `is_released`: a person has looked at it and says that it is the agent's."""
    agent = Agent.objects.filter(pk=bound.agent).first()
    words = {"number": bound.ticket, "name": agent.name if agent else "", "address": message.sender.handle}
    if message.written_by_machine:
        return Outcome(Result.IGNORED, reason=AUTOMATIC.format(name=words["name"] or message.sender.handle))
    if agent is None:
        raise Held(GONE.format(**words))
    if why := _why_not_them(message, agent, is_released=is_released):
        raise Held(why.format(**words))
    wish = wish_of(message.text)
    ticket = _ticket(agent, bound, wish, words)
    if message.has_only_quotes:
        raise Held(ONLY_QUOTES.format(**words), agent=agent)
    try:
        return _post(message, agent, ticket, wish, key=_key(source_key))
    except HelpdeskError as refused:
        raise Held(REFUSED.format(why=refused, **words), agent=agent) from refused


def _why_not_them(message: InboundMessage, agent: Agent, *, is_released: bool) -> str:
    if not agent.is_active:
        return INACTIVE
    if is_released:
        return ""
    if message.sender.handle.lower() != agent.email.lower():
        return ELSEWHERE
    if message.spoofed or message.proof == "fail":
        return FORGED
    return UNPROVEN if message.proof == "open" else ""


def _ticket(agent: Agent, bound: Bound, wish: Wish, words: dict[str, object]) -> Ticket:
    ticket = Ticket.objects.select_related("merged_into").filter(number=bound.ticket).first()
    if ticket is None:
        raise Held(NO_TICKET.format(**words), agent=agent)
    while ticket.merged_into:
        ticket = ticket.merged_into
    if not Ticket.objects.visible_to(agent).filter(pk=ticket.pk).exists():
        raise Held(NOT_THEIRS.format(**words), agent=agent)
    if ticket.trashed_at:
        raise Held(TRASHED.format(**words), agent=agent)
    if wish.is_note and not agent.can(Permission.TICKETS_NOTE):
        raise Held(MAY_NOT_NOTE.format(**words), agent=agent)
    if not wish.is_note and not agent.can(Permission.TICKETS_REPLY):
        raise Held(MAY_NOT_REPLY.format(**words), agent=agent)
    return ticket


@transaction.atomic
def _post(message: InboundMessage, agent: Agent, ticket: Ticket, wish: Wish, *, key: str) -> Outcome:
    """Its words, set as the desk sets a text: what a mail program's HTML hides or quotes goes nowhere."""
    for kind in ("reply", "note"):
        if twin := Message.objects.filter(source_key=f"{kind}:{agent.pk}:{key}").first():
            return Outcome(Result.DUPLICATE, twin.ticket, reason="This answer came before.")
    html = richtext.from_text(agent_address.without_tags(wish.text))
    attachments = _store(message, ticket, agent)
    if wish.is_note:
        stored = replies.add_note(
            ticket=ticket, author=agent, html=html, attachments=attachments, client_key=key
        )
    else:
        stored = replies.post_reply(
            ticket=ticket,
            author=agent,
            html=html,
            attachments=attachments,
            client_key=key,
            cc=replies.everybody_else(ticket),
        )
    return Outcome(Result.REPLY_ADDED, ticket, stored)


def _store(message: InboundMessage, ticket: Ticket, agent: Agent) -> list[Attachment]:
    """Files, and pictures that stand in what is new of the text; not those that were merely quoted."""
    shown = set(CID.findall(message.html))
    new = [
        NewFile(name=file.name, content=file.content, content_type=file.content_type)
        for file in message.files
        if not file.is_inline or file.content_id in shown
    ]
    return files.store(new, ticket=ticket, uploaded_by=agent) if new else []


def _key(source_key: str) -> str:
    """The same mail by another way is the same answer."""
    return f"mail-{hashlib.sha256(source_key.encode()).hexdigest()[:40]}"
