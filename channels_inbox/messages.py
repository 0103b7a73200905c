"""The shapes in which messages cross the wire, the same for every channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who wrote, as the channel knows them."""

    handle: str  # an email address, a phone number, a chat id
    name: str = ""


# Whether the sender is who they say, as the desk's own server found: they are, they are not, it could not tell.
# "" where no such server was asked.
Proof = Literal["", "pass", "fail", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRef:
    name: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Forwarder:
    """A colleague who forwarded a customer's message."""

    agent: int  # primary key
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardedMessage:
    """A message that stands in another one, as its sender says that it was."""

    sender: Sender
    subject: str
    text: str
    quoted_text: str = ""
    html: str = ""
    comment: str = ""  # what the forwarder wrote above


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """What somebody wrote to us."""

    external_id: str  # the channel's own id of the message; for mail the Message-ID
    sender: Sender
    text: str
    html: str = ""
    quoted_text: str = ""
    quoted_html: str = ""
    subject: str = ""
    thread_keys: tuple[str, ...] = ()  # most telling first
    reply_tokens: tuple[str, ...] = ()  # addresses of ours it was sent to that may carry a signed token
    to: tuple[Sender, ...] = ()
    cc: tuple[Sender, ...] = ()
    files: tuple[FileRef, ...] = ()
    sent_at: datetime | None = None
    automatic: bool = False  # a machine wrote it: never answer it
    automatic_reason: str = ""
    written_by_machine: bool = False  # an out-of-office note and the like: nobody has read what it answers
    has_only_quotes: bool = False  # `text` is then what was quoted
    from_ourselves: str = ""  # why it must be a message of our own that came back
    unwanted: str = ""  # why nobody should have to read it: it is kept and listed, and becomes no message
    spoofed: str = ""  # why the sender is probably not who they say
    proof: Proof = ""
    forwarded: ForwardedMessage | None = None
    forwarded_by: Forwarder | None = None  # this is what a colleague has forwarded
    language: str = ""
    facts: dict[str, Any] = field(default_factory=dict)  # sender checks and the like, for agents to read


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """What leaves. All that must not change between two tries is fixed before the first."""

    sender: Sender
    reply_to: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    text: str
    html: str = ""
    message_id: str = ""  # ours, fixed when the delivery was written
    date: datetime | None = None  # fixed as well
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    files: tuple[FileRef, ...] = ()
    only_to: tuple[str, ...] = ()  # all others have it: it is handed over to these alone
    automatic: bool = False  # tells other machines not to answer
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The other side has the message."""

    provider_id: str = ""
    note: str = ""  # what people should know all the same: one of several recipients was refused


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What the other side says became of a message of ours."""

    external_id: str  # our Message-ID, or the provider's id; "" where the report does not say
    state: str  # as messages of tickets have it: sent, delivered, read or failed
    note: str = ""  # the server's own words
    recipient: str = ""
    is_permanent: bool = True
    may_pass: bool = False  # the server gave up, but the next try may succeed: a full mailbox
