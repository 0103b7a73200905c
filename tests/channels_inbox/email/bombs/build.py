"""What a bomb is, and what bombs are built of."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.channels_inbox.email.raw import mail

KB, MB = 1024, 1024 * 1024
READ: Literal["read"] = "read"
REFUSED: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Bomb:
    name: str
    ends: Literal["read", "refused"]  # refused: over a limit, held with a sentence that says which
    build: Callable[[], bytes]


def typed(content_type: str, body: bytes, **headers: str) -> bytes:
    return mail(body, content_type=content_type, **headers)


def html(body: bytes) -> bytes:
    return typed("text/html; charset=utf-8", body)


def encoded(encoding: str, body: bytes, content_type: str = "text/plain") -> bytes:
    return typed(f"{content_type}\r\nContent-Transfer-Encoding: {encoding}", body)


def nested(depth: int) -> bytes:
    opening = b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n"
    return typed(
        "multipart/mixed; boundary=b0", b"".join(opening % (level, level + 1) for level in range(depth))
    )


def mails_in_mails(depth: int) -> bytes:
    head = mail().replace(b"\r\n\r\n", b"\r\n")
    return head + b"Content-Type: message/rfc822\r\n\r\n" * depth


def tnef(*attributes: tuple[int, int, bytes]) -> bytes:
    """A winmail.dat of (level, id, data)."""
    body = b"".join(
        struct.pack("<BII", level, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
        for level, name, data in attributes
    )
    return typed("application/ms-tnef", struct.pack("<IH", 0x223E9F78, 1) + body)


def formatted_text(data: bytes) -> bytes:
    """A winmail.dat whose text is this compressed RTF."""
    head = struct.pack("<IHHII", 1, 0x0102, 0x1009, 1, len(data))
    return tnef((1, 0x00069003, head + data + b"\0" * (-len(data) % 4)))


def compressed(data: bytes, *, size: int) -> bytes:
    return struct.pack("<IIII", len(data) + 12, size, 0x75465A4C, 0) + data


def bounce(status: bytes) -> bytes:
    return typed(
        "multipart/report; report-type=delivery-status; boundary=b",
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n" + status,
    )


def dolls(depth: int) -> bytes:
    """A mail inside of a mail inside of a mail, each a property of a file in the one around it."""
    inner = b""
    for _level in range(depth):
        object_ = bytes.fromhex("0703020000000000c000000000000046") + inner
        value = struct.pack("<IHHII", 1, 0x000D, 0x3701, 1, len(object_)) + object_
        value += b"\0" * (-len(value) % 4)
        inner = struct.pack("<IH", 0x223E9F78, 1) + b"".join(
            struct.pack("<BII", 2, name, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
            for name, data in ((0x00069002, b"\0" * 14), (0x00069005, value))
        )
    return typed("application/ms-tnef", inner)
