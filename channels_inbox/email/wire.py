"""A parsed mail as bytes, and back: the speech between the guarded child and its parent.

The child has handled hostile bytes, so the parent believes nothing it says: no
pickle, only lengths, JSON of a fixed shape, and the files' bytes behind it.

    frame   = kind (1 byte), length (8 bytes), payload
    payload of a mail = length of the JSON (8 bytes), JSON, contents of the files
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

from channels_inbox.email.parsed import (
    Address,
    Attachment,
    Bounce,
    FailedRecipient,
    Forwarded,
    ParsedEmail,
    Verdicts,
)

HEAD = struct.Struct("!cQ")
_LENGTH = struct.Struct("!Q")

READY = b"R"  # child: I am set up and fenced in
MAIL = b"M"  # parent: read this · child: this is what it says
REFUSED = b"X"  # child: MailRefused, with its sentence
CRASHED = b"C"  # child: our own code stumbled, with a line about it
EXHAUSTED = b"E"  # child: out of memory, and I am leaving
LEAVING = b"L"  # child: I have grown too large, give the rest to another


class NotUnderstood(ValueError):
    """The other side did not say what was agreed."""


def frame(kind: bytes, payload: bytes) -> bytes:
    return HEAD.pack(kind, len(payload)) + payload


def dump(mail: ParsedEmail) -> bytes:
    """Write a parsed mail down; `load` reads it back equal."""
    told = {name: getattr(mail, name) for name in _FIELDS}
    told["date"] = mail.date.isoformat() if mail.date else None
    told["attachments"] = [
        [file.filename, file.content_type, len(file.content), file.content_id, file.inline]
        for file in mail.attachments
    ]
    told["bounce"] = mail.bounce and [
        [[getattr(one, name) for name in _FAILED] for one in mail.bounce.recipients],
        mail.bounce.original_message_id,
    ]
    told["forwarded"] = mail.forwarded and [getattr(mail.forwarded, name) for name in _FORWARDED]
    told["auth_results"] = [
        [one.server, one.spf, one.dkim, one.dmarc, one.signed_by] for one in mail.auth_results
    ]
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return b"".join([_LENGTH.pack(len(text)), text, *(file.content for file in mail.attachments)])


def load(payload: bytes) -> ParsedEmail:
    """Read what `dump` wrote. Raises NotUnderstood for anything else."""
    try:
        length = _LENGTH.unpack_from(payload)[0]
        told = json.loads(payload[_LENGTH.size : _LENGTH.size + length])
        files, end = _files(told["attachments"], payload, _LENGTH.size + length)
        if end != len(payload):
            raise NotUnderstood("the files do not fill the frame")
        told["attachments"] = files
        return ParsedEmail(**{name: _READERS[name](told[name]) for name in _FIELDS})
    except (KeyError, TypeError, ValueError, IndexError, struct.error) as error:
        raise NotUnderstood(f"not a parsed mail: {type(error).__name__}") from error


def _files(told: list[Any], payload: bytes, at: int) -> tuple[list[Attachment], int]:
    files = []
    for name, content_type, size, content_id, inline in told:
        if not isinstance(size, int) or not 0 <= size <= len(payload) - at:
            raise NotUnderstood("a file is longer than its frame")
        files.append(
            Attachment(
                filename=_text(name),
                content_type=_text(content_type),
                content=payload[at : at + size],
                content_id=_text(content_id),
                inline=bool(inline),
            )
        )
        at += size
    return files, at


def _text(told: Any) -> str:
    if not isinstance(told, str):
        raise NotUnderstood("a text is no text")
    return told


def _flag(told: Any) -> bool:
    return bool(told)


def _texts(told: Any) -> list[str]:
    return [_text(one) for one in told]


def _address(told: Any) -> Address:
    name, email = told
    return Address(_text(name), _text(email))


def _addresses(told: Any) -> list[Address]:
    return [_address(one) for one in told]


def _headers(told: Any) -> list[tuple[str, str]]:
    return [(_text(name), _text(value)) for name, value in told]


def _date(told: Any) -> datetime:
    return datetime.fromisoformat(_text(told))


def _bounce(told: Any) -> Bounce:
    recipients, original = told
    return Bounce(
        recipients=[
            FailedRecipient(
                email=_text(email),
                kind=_text(kind),
                delayed=bool(delayed),
                status=_text(status),
                words=_text(words),
            )
            for email, kind, delayed, status, words in recipients
        ],
        original_message_id=_text(original),
    )


def _verdicts(told: Any) -> list[Verdicts]:
    return [
        Verdicts(
            server=_text(server),
            spf=_text(spf),
            dkim=_text(dkim),
            dmarc=_text(dmarc),
            signed_by=tuple(_texts(signed_by)),
        )
        for server, spf, dkim, dmarc, signed_by in told
    ]


def _forwarded(told: Any) -> Forwarded:
    sender, *texts = told
    return Forwarded(sender=_address(sender), **dict(zip(_FORWARDED[1:], map(_text, texts), strict=True)))


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda told: None if told is None else read(told)


_FAILED = [field.name for field in fields(FailedRecipient)]
_FORWARDED = [field.name for field in fields(Forwarded)]
_FIELDS = [field.name for field in fields(ParsedEmail)]
_READERS: dict[str, Callable[[Any], Any]] = dict.fromkeys(_FIELDS, _text) | {
    "from_": _address,
    "to": _addresses,
    "cc": _addresses,
    "reply_to": _addresses,
    "date": _or_none(_date),
    "references": _texts,
    "attachments": list,
    "is_auto_reply": _flag,
    "is_list_mail": _flag,
    "is_bounce": _flag,
    "bounce": _or_none(_bounce),
    "forwarded": _or_none(_forwarded),
    "sender": _or_none(_address),
    "return_path": _or_none(_text),
    "delivered_to": _texts,
    "auth_results": _verdicts,
    "headers": _headers,
}
