"""FETCH: the parts of a message that a client asks for (RFC 3501, section 6.4.5)."""

from __future__ import annotations

import datetime
import re

from helpdesk.demo_mail.imap.searching import MONTHS
from helpdesk.demo_mail.imap.syntax import Argument, BadCommand, quoted, text
from helpdesk.demo_mail.store import StoredMail

FAST = ["FLAGS", "INTERNALDATE", "RFC822.SIZE"]
OLD_NAMES = {"RFC822": "BODY[]", "RFC822.HEADER": "BODY.PEEK[HEADER]", "RFC822.TEXT": "BODY[TEXT]"}
BODY = re.compile(
    r"BODY(?P<peek>\.PEEK)?\[(?P<section>[^\]]*)\](?:<(?P<start>\d+)\.(?P<length>\d+)>)?", re.IGNORECASE
)
FIELDS = re.compile(r"HEADER\.FIELDS(?P<but>\.NOT)? \((?P<names>[^)]*)\)", re.IGNORECASE)


def items(argument: Argument) -> list[str]:
    words = [text(word) for word in argument] if isinstance(argument, list) else [text(argument)]
    return FAST if [word.upper() for word in words] == ["FAST"] else words


def marks_as_seen(wanted: list[str]) -> bool:
    bodies = (BODY.fullmatch(OLD_NAMES.get(item.upper(), item)) for item in wanted)
    return any(body and not body["peek"] for body in bodies)


def response(number: int, mail: StoredMail, wanted: list[str], *, by_uid: bool) -> bytes:
    parts = [_part(item, mail) for item in wanted]
    if by_uid and "UID" not in (item.upper() for item in wanted):
        parts.append(_part("UID", mail))
    return b"%d FETCH (%s)" % (number, b" ".join(parts))


def _part(item: str, mail: StoredMail) -> bytes:
    match item.upper():
        case "UID":
            return f"UID {mail.uid}".encode()
        case "FLAGS":
            return f"FLAGS ({' '.join(sorted(mail.flags))})".encode()
        case "INTERNALDATE":
            return f"INTERNALDATE {quoted(internal_date(mail.received_at))}".encode()
        case "RFC822.SIZE":
            return f"RFC822.SIZE {mail.size}".encode()
        case old if old in OLD_NAMES:
            content = _section(BODY.fullmatch(OLD_NAMES[old]), mail)
            return b"%s {%d}\r\n%s" % (old.encode(), len(content), content)
    body = BODY.fullmatch(item)
    if not body:
        raise BadCommand(f"FETCH {item} is not served here.")
    content = _section(body, mail)
    start = f"<{body['start']}>" if body["start"] else ""
    return f"BODY[{body['section']}]{start} ".encode() + b"{%d}\r\n%s" % (len(content), content)


def _section(body: re.Match[str] | None, mail: StoredMail) -> bytes:
    assert body is not None
    header, separator, content = _halves(mail.raw)
    section = body["section"]
    fields = FIELDS.fullmatch(section)
    if fields:
        whole = _some_fields(header, fields["names"].lower().split(), but=bool(fields["but"]))
    else:
        choices = {"": header + separator + content, "HEADER": header + separator, "TEXT": content}
        if section.upper() not in choices:
            raise BadCommand(f"BODY[{section}] is not served here.")
        whole = choices[section.upper()]
    if not body["start"]:
        return whole
    start = int(body["start"])
    return whole[start : start + int(body["length"])]


def _halves(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """Header lines, the empty line, the rest."""
    end = re.search(rb"(?:\A|\r?\n)(\r?\n)", raw)
    if not end:
        return raw, b"", b""
    return raw[: end.start(1)], end[1], raw[end.end() :]


def _some_fields(header: bytes, names: list[str], *, but: bool) -> bytes:
    fields = re.findall(rb"^[^\s:]+:.*(?:\n[ \t].*)*\n?", header, re.MULTILINE)
    chosen = (
        field for field in fields if (field.split(b":")[0].decode(errors="replace").lower() in names) != but
    )
    return b"".join(chosen) + b"\r\n"


def internal_date(moment: datetime.datetime) -> str:
    month = MONTHS[moment.month - 1].capitalize()
    return f"{moment.day:2}-{month}-{moment.year} {moment:%H:%M:%S} +0000"
