"""What a bounce says in its own text: whom it concerns, why, and whether for good."""

from __future__ import annotations

import re

from channels_inbox.email import addresses
from channels_inbox.email.bounce_signs import (
    DELAYED,
    FAILED_ADDRESS,
    FOR_NOW,
    GONE,
    REPLY_CODE,
    STATUS,
    is_daemon_address,
)
from channels_inbox.email.headers import Headers, one_line
from channels_inbox.email.parsed import FailedRecipient

# Statuses of RFC 3463 that speak of this mail, or of a state that passes, and not of the address
_SOFT_STATUSES = ("5.2.2", "5.2.1", "5.2.3", "5.3.1", "5.3.4", "5.4.5", "5.7.")
WORDS = 500
_MOST = 50
_DOMAIN = r"[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){1,8}"
# How servers list them: "<jane@x>: reason", or each on a line of its own
_LISTED = re.compile(rf"(?m)^[ \t>]{{0,8}}<([^\s<>()@\"]{{1,100}}@{_DOMAIN})>")
_ALONE = re.compile(rf"(?m)^[ \t]{{0,12}}([^\s<>()@:;,\"=]{{1,100}}@{_DOMAIN})[ \t]*(?:\.\.\.|:)?[ \t]*$")
_PREFIX = re.compile(r"(?i)^(?:smtp|rfc822|to|for)=")
# Below it stands the mail that came back, with addresses that did not fail
_COPY = re.compile(
    r"(?im)^[ \t]*-{2,}.{0,60}(?:original|returned|below this line|cop(?:y|ia) |message (?:header|text|follows)|unsent"
    r"|your message|header|transcript)"
)


def failed(text: str, own: Headers, subject: str) -> list[FailedRecipient]:
    """The addresses that failed: those that a header names, else those that the text lists."""
    report = _without_the_copy(text)
    words = explanation(report)
    status = status_in(words) or status_in(report)
    delayed = not status.startswith("5") and DELAYED.search(f"{subject} {report}") is not None
    kind = "soft" if delayed else kind_of(status, words)
    return [
        FailedRecipient(email=address, kind=kind, delayed=delayed, status=status, words=words)
        for address in _named(report, own) or [""]
    ]


def _named(report: str, own: Headers) -> list[str]:
    named = [name.strip() for name in own.get("x-failed-recipients").split(",") if "@" in name]
    if named:
        return named[:_MOST]
    ours = {address.email.lower() for address in addresses.read(own.get("to"))}
    for shape in (_LISTED, _ALONE):
        if named := [name for name in shape.findall(report) if _may_have_failed(name, ours)]:
            return list(dict.fromkeys(named))[:_MOST]
    every = (_PREFIX.sub("", name) for name in FAILED_ADDRESS.findall(" " + report))
    return next(([name] for name in every if _may_have_failed(name, ours)), [])


def _may_have_failed(name: str, ours: set[str]) -> bool:
    return name.lower() not in ours and not is_daemon_address(name)


def _without_the_copy(text: str) -> str:
    copy = _COPY.search(text)
    return text[: copy.start()] if copy and text[: copy.start()].strip() else text


def explanation(report: str) -> str:
    """The line in which the server speaks: the one with its code, or one that gives a reason."""
    lines = [line.strip() for line in report.split("\n") if line.strip()]
    for pattern in (STATUS, REPLY_CODE, GONE, FOR_NOW):
        for number, line in enumerate(lines):
            if pattern.search(line):
                return one_line(" ".join(lines[number : number + 2]))[:WORDS]
    return one_line(" ".join(lines[:2]))[:WORDS]


def status_in(text: str) -> str:
    if found := STATUS.search(text):
        return found[1]
    if found := REPLY_CODE.search(" " + text):
        return f"{found[1][0]}.0.0"
    return ""


def is_gone(status: str, words: str) -> bool:
    """The server says that nobody has this address: not that it wants no mail, or none like this."""
    return status.startswith("5.1.") or (not status.startswith("4") and GONE.search(words) is not None)


def kind_of(status: str, words: str) -> str:
    if status.startswith("4"):
        return "soft"
    if status.startswith("5.1.") or GONE.search(words):
        return "hard"
    for_now = status.startswith(_SOFT_STATUSES) or FOR_NOW.search(words) is not None
    return "soft" if for_now else "hard"
