"""The fields of a form as a provider posts it: bytes, in their order, undecoded.

Django's reader writes files to disk and decodes what it thinks is text; a mail in a field must stay as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import parse_qsl

MOST_FIELDS = 1_000
HEADER_BYTES = 16 * 1024
BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class NotAForm(ValueError):
    """The body is not what its content type says."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    content: bytes = field(repr=False)
    filename: str = ""
    content_type: str = ""

    @property
    def text(self) -> str:
        try:
            return self.content.decode()
        except UnicodeDecodeError:
            return self.content.decode("latin-1")


def read(body: bytes, content_type: str) -> list[Field]:
    """The fields of a form. Raises NotAForm."""
    kind = _header("Content-Type", content_type)
    if kind.get_content_type() == "application/x-www-form-urlencoded":
        return _of_a_query(body)
    boundary = kind.get_param("boundary")
    if kind.get_content_maintype() != "multipart" or not isinstance(boundary, str) or not boundary:
        raise NotAForm("no form")
    return _of_parts(body, boundary.encode("latin-1", "replace"))


def _of_a_query(body: bytes) -> list[Field]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="latin-1", max_num_fields=MOST_FIELDS
        )
    except UnicodeDecodeError as error:
        raise NotAForm("no form") from error
    return [Field(name, value.encode("latin-1")) for name, value in pairs]


def _of_parts(body: bytes, boundary: bytes) -> list[Field]:
    """RFC 7578: line end, two dashes, boundary, headers, blank line, content."""
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_FIELDS + 2)
    if len(pieces) < 2 or len(pieces) > MOST_FIELDS + 2 or not pieces[-1].startswith(b"--"):
        raise NotAForm("the parts do not end")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Field:
    end = BLANK_LINE.search(piece, 0, HEADER_BYTES)
    if end is None:
        raise NotAForm("a part has no headers")
    headers: dict[str, str] = {}
    for line in piece[: end.start()].decode("utf-8", "replace").splitlines():
        header, colon, value = line.partition(":")
        if colon:
            headers[header.strip().lower()] = value.strip()
    about = _header("Content-Disposition", headers.get("content-disposition", ""))
    name = about.get_param("name", "", "Content-Disposition")
    filename = about.get_filename("")
    if not isinstance(name, str) or not name:
        raise NotAForm("a part has no name")
    return Field(name, piece[end.end() :], filename, headers.get("content-type", ""))


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = value.replace("\r", " ").replace("\n", " ")
    return message
