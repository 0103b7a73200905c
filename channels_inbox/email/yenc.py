"""yEnc: files that stand in a text as bytes, each 42 too large (draft of 2002, version 1.3)."""

from __future__ import annotations

import re

from channels_inbox.email.transfer import FileInText

_BEGIN = re.compile(
    rb"(?:^|\n)=ybegin [^\r\n]{0,200}?name=([^\r\n]{1,300})\r*\n(?:=ypart [^\r\n]{0,200}\r*\n)?"
)
_END = re.compile(rb"(?:^|\n)=yend [^\r\n]{0,300}\r*(?:\n|$)")
_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
_SHIFTED = bytes((byte - 42) % 256 for byte in range(256))


def find(data: bytes, start: int = 0) -> FileInText | None:
    """The next file at or after `start` that has an end, and where in `data` it stands."""
    begin = _BEGIN.search(data, start)
    end = _END.search(data, begin.end() - 1) if begin else None
    if not begin or not end:
        return None
    letters = data[begin.end() : max(begin.end(), end.start())].replace(b"\r", b"").replace(b"\n", b"")
    letters = _ESCAPED.sub(lambda pair: bytes([(pair[1][0] - 64) % 256]), letters)
    first = begin.start() + (data[begin.start() : begin.start() + 1] == b"\n")
    return FileInText(
        begin[1].decode("utf-8", "replace").strip(' "'), letters.translate(_SHIFTED), first, end.end()
    )
