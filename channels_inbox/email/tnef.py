"""winmail.dat: Outlook's own wrapping of files and text ([MS-OXTNEF], [MS-OXCDATA]).

Reads the files, their names, and the body: plain, HTML, or the text of compressed
RTF. A mail inside of the mail gives its files too, and its text as one more of them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels_inbox.email import compressed_rtf, rtf_text
from channels_inbox.email.limits import PARTS

_SIGNATURE = 0x223E9F78
_ATTACH_RENDER_DATA = 0x00069002  # begins the next file
_ATTACH_TITLE = 0x00018010
_ATTACH_DATA = 0x0006800F
_ATTACH_PROPERTIES = 0x00069005
_MESSAGE_PROPERTIES = 0x00069003
_MESSAGE_BODY = 0x0002800C
_OEM_CODEPAGE = 0x00069007

_BODY, _BODY_RTF, _BODY_HTML, _HTML_CODEPAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_LONG_NAME, _SHORT_NAME, _MIME_TYPE, _CONTENT_ID, _OBJECT = 0x3707, 0x3704, 0x370E, 0x3712, 0x3701

_FIXED_SIZES = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
_STRING8, _UNICODE, _OBJECT_TYPE, _BINARY = 0x001E, 0x001F, 0x000D, 0x0102
_MULTI = 0x1000
_NAMED = 0x8000
_MOST_VALUES = 10_000
_MESSAGE_OBJECT = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage: a mail inside of the mail
_DEEPEST = 5


@dataclass(slots=True)
class PackedFile:
    name: str = ""
    content_type: str = ""
    content_id: str = ""
    content: bytes = b""
    message: bytes = b""  # a whole winmail.dat of its own


@dataclass(slots=True)
class Packed:
    files: list[PackedFile] = field(default_factory=list)
    text: str = ""
    html: bytes = b""
    html_charset: str = ""
    rtf: bytes = b""  # still compressed


def read(data: bytes, depth: int = 0) -> Packed | None:
    """Unpack a winmail.dat, as far as it is whole; None if it is none."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    packed, codepage = Packed(), "cp1252"
    for attribute, value in _attributes(data):
        if attribute == _OEM_CODEPAGE and len(value) >= 4:
            codepage = _codec(struct.unpack_from("<I", value)[0])
        elif attribute == _ATTACH_RENDER_DATA:
            if len(packed.files) == PARTS:
                break
            packed.files.append(PackedFile())
        elif attribute == _MESSAGE_BODY:
            packed.text = packed.text or _string(value, codepage)
        elif attribute == _MESSAGE_PROPERTIES:
            _take_message(packed, value, codepage)
        elif packed.files:
            _take_file(packed.files[-1], attribute, value, codepage)
    if packed.rtf and not packed.text and not packed.html:
        packed.text = rtf_text.read(compressed_rtf.unpack(packed.rtf)).strip()
    packed.files = [one for file in packed.files for one in _unfolded(file, depth)][:PARTS]
    return packed


def _unfolded(file: PackedFile, depth: int) -> list[PackedFile]:
    """The file itself, or what the mail brings that it is."""
    inner = read(file.message, depth + 1) if file.message and depth < _DEEPEST else None
    found = list(inner.files) if inner else []
    name = file.name or "message"
    if inner and inner.html:
        found.insert(0, PackedFile(f"{name}.html", "text/html", "", inner.html))
    elif inner and inner.text:
        found.insert(0, PackedFile(f"{name}.txt", "text/plain", "", inner.text.encode("utf-8", "replace")))
    return found or ([file] if file.content or file.name else [])


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        attribute, size = struct.unpack_from("<II", data, at + 1)
        if at + 9 + size > len(data):
            return
        yield attribute, data[at + 9 : at + 9 + size]
        at += 9 + size + 2  # the checksum


def _take_message(packed: Packed, value: bytes, codepage: str) -> None:
    for tag, kind, content in _properties(value):
        if tag == _BODY and content:
            packed.text = _string(content, "utf-16-le" if kind == _UNICODE else codepage)
        elif tag == _BODY_HTML and kind == _BINARY:
            packed.html = content
        elif tag == _HTML_CODEPAGE and len(content) == 4:
            packed.html_charset = _codec(struct.unpack("<I", content)[0])
        elif tag == _BODY_RTF and kind == _BINARY:
            packed.rtf = content


def _take_file(file: PackedFile, attribute: int, value: bytes, codepage: str) -> None:
    if attribute == _ATTACH_TITLE:
        file.name = file.name or _string(value, codepage)
    elif attribute == _ATTACH_DATA:
        file.content = value
    elif attribute == _ATTACH_PROPERTIES:
        for tag, kind, content in _properties(value):
            text = _string(content, "utf-16-le" if kind == _UNICODE else codepage) if tag != _OBJECT else ""
            if tag == _LONG_NAME and text:
                file.name = text
            elif tag == _SHORT_NAME:
                file.name = file.name or text
            elif tag == _MIME_TYPE:
                file.content_type = text.lower()
            elif tag == _CONTENT_ID:
                file.content_id = text
            elif tag == _OBJECT and content.startswith(_MESSAGE_OBJECT):
                file.message = content[len(_MESSAGE_OBJECT) :]
            elif tag == _OBJECT and kind in (_OBJECT_TYPE, _BINARY) and not file.content:
                file.content = content[16:] if kind == _OBJECT_TYPE else content


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Tag, type and (first) value of each MAPI property, until the data ends or stops making sense."""
    try:
        count = struct.unpack_from("<I", data)[0]
        at = 4
        for _ in range(min(count, _MOST_VALUES)):
            kind, tag = struct.unpack_from("<HH", data, at)
            at += 4
            if tag >= _NAMED:
                at = _after_name(data, at)
            first = b""
            values, at = _value_count(data, at, kind)
            for number in range(values):
                content, at = _value(data, at, kind & ~_MULTI)
                first = content if number == 0 else first
            yield tag, kind & ~_MULTI, first
    except (struct.error, ValueError):
        return


def _after_name(data: bytes, at: int) -> int:
    by_string, size = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (_padded(size) if by_string else 0)


def _value_count(data: bytes, at: int, kind: int) -> tuple[int, int]:
    if kind & _MULTI or kind in (_STRING8, _UNICODE, _OBJECT_TYPE, _BINARY):
        count = struct.unpack_from("<I", data, at)[0]
        if count > _MOST_VALUES:
            raise ValueError(count)
        return count, at + 4
    return 1, at


def _value(data: bytes, at: int, kind: int) -> tuple[bytes, int]:
    if kind in _FIXED_SIZES:
        size = _FIXED_SIZES[kind]
        if at + size > len(data):
            raise ValueError(size)
        return data[at : at + size], at + size
    if kind not in (_STRING8, _UNICODE, _OBJECT_TYPE, _BINARY):
        raise ValueError(kind)
    size = struct.unpack_from("<I", data, at)[0]
    if at + 4 + size > len(data):
        raise ValueError(size)
    return data[at + 4 : at + 4 + size], at + 4 + _padded(size)


def _padded(size: int) -> int:
    return (size + 3) & ~3


def _codec(codepage: int) -> str:
    return {932: "cp932", 936: "gb18030", 949: "cp949", 950: "cp950", 65001: "utf-8"}.get(
        codepage,
        f"cp{codepage}" if 1250 <= codepage <= 1258 or codepage in (437, 850, 852, 866, 874) else "cp1252",
    )


def _string(value: bytes, codec: str) -> str:
    return value.decode(codec, "replace").rstrip("\0")
