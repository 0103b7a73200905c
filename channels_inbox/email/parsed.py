"""What a mail says, once it has been read.

All text in here is clean: no NUL, no lone surrogates, and one line where one line
is meant (subject, names, addresses, file names). Message ids stand without their
angle brackets and without white space, everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Address(NamedTuple):
    name: str
    email: str  # as written, not lower-cased; may lack an @ when the sender's did


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of the mail. `inline` means the HTML shows it in its place, by `content_id`."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRecipient:
    """What a mail server says of one address.

    `kind` is "hard" (the address takes no mail), "soft" (it may take the next one: full,
    busy, or it was this mail that it refused) or "complaint" (its owner called it spam).
    """

    email: str
    kind: str
    delayed: bool = False  # the server has not given up yet
    status: str = ""  # RFC 3463: "5.1.1"
    words: str = ""  # the server's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    recipients: list[FailedRecipient]
    original_message_id: str = ""

    @property
    def is_final(self) -> bool:
        """Did at least one delivery fail for good? False for a mere warning of delay."""
        return not all(recipient.delayed for recipient in self.recipients)

    @property
    def kind(self) -> str:
        """The worst that happened: hard before complaint before soft."""
        kinds = {recipient.kind for recipient in self.recipients}
        return next((kind for kind in ("hard", "complaint", "soft") if kind in kinds), "hard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """One Authentication-Results header (RFC 8601): what `server` found, "" where it says nothing.

    Anybody can write this header. Believe only the topmost one of a server you run.
    """

    server: str
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    signed_by: tuple[str, ...] = ()  # the domains of the DKIM signatures that were good


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A mail that its sender forwards in their own text. Whether any of it is true nobody knows."""

    sender: Address
    subject: str
    text: str
    quoted_text: str = ""
    html: str = ""  # as sent, unsafe; "" where it cannot be told apart
    comment: str = ""  # what the forwarder wrote above


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEmail:
    from_: Address
    to: list[Address]
    cc: list[Address]
    reply_to: list[Address]
    subject: str
    date: datetime | None  # aware
    message_id: str
    in_reply_to: str
    references: list[str]  # oldest first
    text: str  # of the HTML where the mail brings no plain text
    html: str  # as sent, unsafe; "" where there is none
    attachments: list[Attachment]

    visible_reply: str  # what the sender wrote now: no quoted history, no signature
    quoted_text: str = ""
    signature: str = ""
    visible_html: str = ""  # the two halves of `html`; the second is "" where nothing is quoted
    quoted_html: str = ""

    is_auto_reply: bool = False  # a machine wrote it in answer, or of itself
    is_list_mail: bool = False
    automatic_reason: str = ""  # why it must never be answered by machine; "" if it may be
    is_bounce: bool = False
    bounce: Bounce | None = None

    forwarded: Forwarded | None = None
    sender: Address | None = None  # the Sender header
    return_path: str | None = None  # "" is the null sender of bounces; None: no such header
    delivered_to: list[str] = field(default_factory=list)  # whom the envelope named
    auth_results: list[Verdicts] = field(default_factory=list)  # topmost first
    headers: list[tuple[str, str]] = field(default_factory=list)  # all of them, in order, decoded
