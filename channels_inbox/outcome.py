"""What became of a message that came in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tickets.models import Message, Ticket


class Result(StrEnum):
    TICKET_OPENED = "ticket_opened"
    REPLY_ADDED = "reply_added"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    BOUNCE = "bounce"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Outcome:
    outcome: Result
    ticket: Ticket | None = None
    message: Message | None = None
    reason: str = ""  # a sentence, where there is something to say
