"""Is this the same mail once more?

Two deliveries of one mail never have the same bytes: every server on the way writes lines of its own on top.
What the sender wrote is the same, so that is what is compared: the lines that only a sender writes, and the body.
A mail that carries neither an id nor a date could be yesterday's alarm once more, so all of its bytes count.
"""

from __future__ import annotations

import re
from hashlib import sha256

_WRITTEN_BY_SENDER = (b"message-id", b"date", b"from", b"to", b"cc", b"subject")
_HEADER_LIMIT = 256 * 1024
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")


def content_key(raw: bytes) -> str:
    """A digest in hex."""
    end = _END_OF_HEADER.search(raw, 0, _HEADER_LIMIT)
    header, body = (raw[: end.start()], raw[end.end() :]) if end else (raw[:_HEADER_LIMIT], b"")
    written = _fields(header)
    if b"message-id" not in written and b"date" not in written:
        return sha256(raw).hexdigest()
    digest = sha256()
    for name in _WRITTEN_BY_SENDER:
        digest.update(name + b":" + written.get(name, b"") + b"\n")
    digest.update(body.replace(b"\r\n", b"\n").rstrip())
    return digest.hexdigest()


def _fields(header: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for line in _FOLD.sub(b"", header).splitlines():
        name, colon, value = line.partition(b":")
        name = name.strip().lower()
        if colon and name in _WRITTEN_BY_SENDER and value.strip():
            found.setdefault(name, b" ".join(value.split()))
    return found
