"""The header block of a mail or of a part: bytes to names and values.

Reads what RFC 5322 allows and what the wild sends: lines that should have been
folded, eight-bit letters, blanks before the colon, an mbox line on top.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from channels_inbox.email import charsets, encoded_words
from channels_inbox.email.limits import HEADER_BLOCK_BYTES, HEADER_BYTES, MailRefused

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]{0,20}:([^\n]*(?:\n[ \t][^\n]*)*)\n?")
_SURELY_A_FIELD = re.compile(
    rb"(?i)(?:from|to|cc|bcc|subject|date|sender|received|return-path|reply-to|references|in-reply-to|message-id"
    rb"|mime-version|content-[a-z-]+|x-[a-z0-9-]+|delivered-to|importance|user-agent|precedence|list-[a-z-]+"
    rb"|thread-[a-z]+|dkim-signature|organization|errors-to)[ \t]*:"
)
_BROKEN_FIELD = re.compile(  # blanks in its name
    rb"([A-Za-z]{1,20}-[A-Za-z-]{1,40}(?: [A-Za-z-]{1,40}){1,3})[ \t]{0,9}:"
)
_CHARSET = re.compile(rb"(?i)charset\s*=\s*[\"']?([\w.:-]{2,40})")
_BLANKS = re.compile(r"\s+")
# Controls, and those that turn the direction of text round or hide in it
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_LOOKAHEAD_LINES = 40
_STRAY_LINES = 50


class Headers:
    """Names and values in order. Values are text, unfolded, their encoded words not yet decoded."""

    __slots__ = ("_first", "items")

    def __init__(self, fields: list[tuple[bytes, bytes]]) -> None:
        self.items = list(_as_text(fields))
        self._first: dict[str, str] = {}
        for name, value in self.items:
            self._first.setdefault(name.lower(), value)

    def get(self, name: str) -> str:
        """Value of the first field of that (lower-case) name, "" where there is none."""
        return self._first.get(name, "")

    def __contains__(self, name: str) -> bool:
        return name in self._first

    def all(self, name: str) -> list[str]:
        """Values of all fields of that (lower-case) name, topmost first."""
        if name not in self._first:
            return []
        return [value for found, value in self.items if found.lower() == name]

    def line(self, name: str) -> str:
        """Value for people to read: decoded, on one line, nothing invisible in it."""
        value = self._first.get(name)
        return one_line(encoded_words.decode(value)) if value else ""


def one_line(text: str) -> str:
    """Collapse white space and drop what cannot be seen."""
    if not text.isascii() or not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return _BLANKS.sub(" ", text).strip()


def read(data: bytes, start: int, end: int) -> tuple[Headers, int]:
    """Read the header block at `start`; return it with the place where the body begins.

    Raises MailRefused when the block or one of its fields is longer than any mail's.
    """
    fields: list[tuple[bytes, bytes]] = []
    at, strays = start, 0
    while at < end:
        field = _FIELD.match(data, at, end)
        if field:
            fields.append((field[1], field[2]))
            next_at = field.end()
        else:
            next_at = data.find(b"\n", at, end) + 1 or end
            line = data[at : min(next_at, at + HEADER_BYTES)].rstrip(b"\r\n")
            if not line:
                return Headers(fields), next_at
            if line[0] not in b" \t":
                if line.startswith(b"--") and fields:  # a boundary: somebody forgot the empty line
                    break
                strays += 1
                if strays > _STRAY_LINES or not _is_stray(data, at, next_at, end, bool(fields)):
                    break
            if broken := _BROKEN_FIELD.match(line):
                fields.append((broken[1].replace(b" ", b"-"), line[broken.end() :]))
            elif fields and not line.startswith(b":"):
                fields[-1] = (fields[-1][0], fields[-1][1] + b"\n" + line)
        _check(fields, next_at - start)
        at = next_at
    return Headers(fields), at


def _check(fields: list[tuple[bytes, bytes]], size: int) -> None:
    if size > HEADER_BLOCK_BYTES:
        raise MailRefused("The header of this mail is longer than 256 KB.")
    if fields and len(fields[-1][1]) > HEADER_BYTES:
        name = fields[-1][0][:60].decode("ascii")
        raise MailRefused(f"The field {name} in the header of this mail is longer than 64 KB.")


def _is_stray(data: bytes, at: int, next_at: int, end: int, after_a_field: bool) -> bool:
    """Is this line, which is no field, merely lost among fields, or does the body begin with it?"""
    if data.startswith((b"From ", b">From "), at) and not after_a_field:
        return True
    if data.startswith(b":", at) or _BROKEN_FIELD.match(data, at):
        return after_a_field
    for _ in range(_LOOKAHEAD_LINES):
        if next_at >= end or data.startswith((b"\n", b"\r\n"), next_at):
            return False
        if _SURELY_A_FIELD.match(data, next_at):
            return after_a_field
        next_at = data.find(b"\n", next_at, end) + 1 or end
    return False


def _as_text(fields: list[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    label: str | None = None
    for name, value in fields:
        if value.isascii():
            text = value.decode("ascii")
        else:
            label = label or _label(fields)
            text = charsets.decode(value, None if _reads_as_utf8(value) else label)
        if "\n" in text or "\r" in text:
            text = _unfold(text)
        yield name.decode("ascii"), text.replace("\0", "").strip()


def _unfold(text: str) -> str:
    return " ".join(line.strip() for line in text.replace("\r", "\n").split("\n"))


def _label(fields: list[tuple[bytes, bytes]]) -> str:
    """The charset of the body: letters that stand bare in a header are mostly of the same."""
    for name, value in fields:
        if name.lower() == b"content-type" and (found := _CHARSET.search(value)):
            return found[1].decode("ascii")
    return ""


def _reads_as_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
