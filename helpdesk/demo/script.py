"""How a conversation of the demo desk is written down: who says what, how many minutes after the line before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tickets.models import Priority


class Kind(Enum):
    ASKS = "asks"  # the customer writes
    SAYS = "says"  # an agent answers
    NOTES = "notes"  # an agent writes for colleagues
    AWAY = "away"  # the customer's machine answers
    STRANGER = "stranger"  # somebody who has no part in it answers our mail
    RULES = "becomes"  # an agent changes the status


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    kind: Kind
    text: str
    after: int  # minutes since the line before
    who: str = ""  # the colleague's key; for a stranger the customer's
    html: str = ""
    files: tuple[str, ...] = ()  # names in helpdesk.demo.files
    status: str = ""  # what the answer leaves the ticket in


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One ticket made from a conversation: for whom, how long ago, and how far it has come."""

    customer: str
    ago: int  # minutes between the first line and now
    lines: int | None = None  # only so many of them; all by default
    status: str = ""  # in the end, where the lines do not say it
    assignee: str = ""
    priority: int = 0
    outcome: str = ""  # what became of the last answer: "failed" or "in_doubt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    subject: str
    lines: tuple[Line, ...]
    cases: tuple[Case, ...]
    team: str = "Support"
    brand: str = "Northwind"
    channel: str = "email"
    priority: int = Priority.NORMAL
    tags: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()  # customers' keys
    values: dict[str, str] | None = None


HOUR = 60
DAY = 24 * HOUR


def asks(text: str, after: int = 0, *, html: str = "", files: tuple[str, ...] = ()) -> Line:
    return Line(kind=Kind.ASKS, text=text, after=after, html=html, files=files)


def says(
    who: str, text: str, after: int = 40, *, status: str = "pending", files: tuple[str, ...] = ()
) -> Line:
    return Line(kind=Kind.SAYS, who=who, text=text, after=after, status=status, files=files)


def notes(who: str, text: str, after: int = 10) -> Line:
    return Line(kind=Kind.NOTES, who=who, text=text, after=after)


def away(text: str, after: int = 1) -> Line:
    return Line(kind=Kind.AWAY, text=text, after=after)


def stranger(who: str, text: str, after: int = 90) -> Line:
    return Line(kind=Kind.STRANGER, who=who, text=text, after=after)


def becomes(who: str, status: str, after: int = 5) -> Line:
    return Line(kind=Kind.RULES, who=who, text="", after=after, status=status)
