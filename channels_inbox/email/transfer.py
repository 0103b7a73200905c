"""Content-Transfer-Encoding: what travelled, back to the bytes that were meant (RFC 2045, 6)."""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/=]+[ \t]*\r*(?:\n|$)")
_BROKEN_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDED_END = re.compile(rb"=+")
_BLANKS_AT_SOFT_BREAK = re.compile(rb"=[ \t]{1,200}(\r?\n)")
_BEGIN = re.compile(rb"(?:^|\n)begin(?:-base64)? [0-7]{3,4} ([^\r\n]{0,300})\r*\n")


def decode(data: bytes, encoding: str) -> bytes:
    """Undo the encoding; what does not follow its own label is returned as it stands."""
    name = encoding.strip(" \t\"';:").lower().replace("_", "-").replace(" ", "-")
    if name.startswith(("base64", "base-64")):
        return base64(data)
    if name.startswith(("quoted-printable", "quotedprintable", "quoted-printed")):
        return quoted_printable(data)
    if name in ("x-uuencode", "uuencode", "x-uue", "uue"):
        found = uuencoded(data)
        return found.content if found else data
    return data


def base64(data: bytes) -> bytes:
    """Decode base64 that may be wrapped badly, padded in the middle, or not base64 at all."""
    head = data.lstrip()
    if not head:
        return b""
    if not _BASE64_LINE.match(head):
        joined = b"".join(head.split())  # blanks within the lines: a padded end proves that it is base64
        if _BROKEN_BASE64.fullmatch(joined):
            return binascii.a2b_base64(joined)
        return _patched(head) if _is_scratched(head, joined) else data
    try:
        decoded = binascii.a2b_base64(head)
    except binascii.Error:
        decoded = None
    pad = head.find(b"=")
    if decoded is not None and (pad < 0 or not head[pad:].strip(b"= \t\r\n")):
        return decoded
    return _patched(_base64_lines(head))


def _is_scratched(head: bytes, joined: bytes) -> bool:
    """Is this base64 with a few letters that cannot be? Then it has no blanks, and its length fits."""
    whole = _NOT_BASE64.sub(b"", joined)
    few = len(joined) - len(whole) <= len(joined) // 8
    return (
        few
        and len(whole) >= 8
        and len(whole) % 4 == 0
        and all(b" " not in line for line in head.split(b"\n"))
    )


def _base64_lines(data: bytes) -> bytes:
    """The run of base64 at the start: lists append their footers in plain text."""
    end = 0
    while line := _BASE64_LINE.match(data, end):
        end = line.end()
        while data[end : end + 1] in (b"\n", b"\r"):
            end += 1
    return data[:end]


def _patched(data: bytes) -> bytes:
    data = _NOT_BASE64.sub(b"", data)
    decoded = []
    if data.count(b"=") > _PADDINGS:  # no mailer writes that
        data = data.replace(b"=", b"")
    for piece in _PADDED_END.split(data):
        whole = piece[:-1] if len(piece) % 4 == 1 else piece
        decoded.append(binascii.a2b_base64(whole + b"=" * (-len(whole) % 4)))
    return b"".join(decoded)


def quoted_printable(data: bytes) -> bytes:
    if b"= " in data or b"=\t" in data:
        data = _BLANKS_AT_SOFT_BREAK.sub(rb"=\1", data)
    return binascii.a2b_qp(data)


_PADDINGS = 10_000
_CONVINCING_LINES = 3


class FileInText(NamedTuple):
    """A file that stands between the lines of a text, and where."""

    name: str
    content: bytes
    start: int
    end: int


def uuencoded(data: bytes, start: int = 0) -> FileInText | None:
    """Find the next uuencoded file at or after `start`, and where in `data` it stands."""
    begin = _BEGIN.search(data, start)
    if not begin:
        return None
    decoded, at, lines = bytearray(), begin.end(), 0
    while at < len(data):
        next_at = data.find(b"\n", at) + 1 or len(data)
        line = data[at:next_at].rstrip(b"\r\n")
        if line.strip() not in (b"", b"`", b"end", b"===="):
            piece = _uu_line(line, whole=lines >= _CONVINCING_LINES)
            if piece is None and lines < _CONVINCING_LINES:
                return None
            if piece is None:
                break  # it was cut off, and the text goes on
            decoded += piece
            lines += 1
        at = next_at
        if line.strip() in (b"end", b"===="):
            break
    if not decoded:
        return None
    first = begin.start() + (data[begin.start() : begin.start() + 1] == b"\n")
    return FileInText(begin[1].decode("utf-8", "replace").strip(), bytes(decoded), first, at)


def _uu_line(line: bytes, *, whole: bool) -> bytes | None:
    """What a line holds; None if it is none of these. `whole`: it must be half as long as it says, or longer."""
    length = (((line[0] - 32) & 63) * 4 + 5) // 3
    if whole and len(line) * 2 < length:
        return None
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        pass
    try:
        # some encoders leave bytes behind the data that the length byte announces
        return binascii.a2b_uu(line[:length])
    except binascii.Error:
        return None
