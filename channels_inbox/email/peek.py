"""Who wrote, and about what? Enough for a stub ticket when a mail cannot be read.

Looks at the beginning of the header only, promises nothing about the rest, and
never raises: it is what remains when everything else has failed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from channels_inbox.email import addresses, charsets, dates, message_ids
from channels_inbox.email.headers import Headers

_LOOKED_AT = 64 * 1024
_LONGEST_VALUE = 1_000
_LONGEST_SUBJECT = 300
Found = TypeVar("Found")
_WANTED = {"from", "sender", "subject", "message-id", "date"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Peek:
    """Each field is "" (the date None) where the header does not tell."""

    from_name: str = ""
    from_email: str = ""
    subject: str = ""
    message_id: str = ""
    date: datetime | None = None


def peek(raw: bytes) -> Peek:
    """Read sender, subject, message id and date from the first 64 KB, as far as they can be read."""
    own = _wanted(raw[:_LOOKED_AT])
    sender = _safely(lambda: addresses.first(own.get("from")) or addresses.first(own.get("sender")), None)
    return Peek(
        from_name=sender.name[:_LONGEST_SUBJECT] if sender else "",
        from_email=sender.email[:320] if sender else "",
        subject=_safely(lambda: own.line("subject"), "")[:_LONGEST_SUBJECT],
        message_id=_safely(lambda: message_ids.first(own.get("message-id")), ""),
        date=_safely(lambda: dates.read(own.get("date")), None),
    )


def _wanted(head: bytes) -> Headers:
    """The first field of each name that is wanted, shortened; line by line, so nothing can grow."""
    fields: dict[str, bytearray] = {}
    value: bytearray | None = None
    lines = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n").split(b"\n")
    for line in lines:
        if not line:
            break
        if line[:1] in b" \t":
            if value is not None and len(value) < _LONGEST_VALUE:
                value += b" " + line.strip()[:_LONGEST_VALUE]
            continue
        name, colon, rest = line[:_LONGEST_VALUE].partition(b":")
        value = None
        wanted = charsets.clean(name.decode("latin-1")).strip().lower()
        if colon and wanted in _WANTED and wanted not in fields:
            value = fields[wanted] = bytearray(rest.strip())
    return _safely(
        lambda: Headers([(name.encode(), bytes(value)) for name, value in fields.items()]), Headers([])
    )


def _safely(read: Callable[[], Found], otherwise: Found) -> Found:
    try:
        return read()
    except (
        Exception
    ):  # the promise of this module; the mail has already failed elsewhere and is recorded there
        return otherwise
