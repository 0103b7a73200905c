"""The tree of parts that a mail is made of (RFC 2046), found in one pass over its bytes.

Made for mail as it comes: closing boundaries that are missing, boundaries that are
announced wrongly or not at all, CR-only lines, an mbox line on top. Parts are
ranges of one buffer, so a bomb of nested or countless parts costs what reading it
up to the limit costs, and nothing is copied before it is wanted.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import takewhile

from channels_inbox.email import charsets, headers, parameters, transfer
from channels_inbox.email.headers import Headers
from channels_inbox.email.limits import DECODED_BYTES, DEPTH, PARTS, RAW_BYTES, MailRefused

_FIRST_NEWLINE = re.compile(rb"\r?\n|\r")
_LONE_CR = re.compile(rb"\r(?!\n)")
_BOUNDARY_LINE = re.compile(
    rb"(?m)^--(-{0,80}[^\s-][^\r\n]{0,200}?)[ \t]{0,20}\r?\n(?=[!-9;-~]{1,80}:|\r?\n)"
)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LONGEST_BOUNDARY = 300
_LOOKALIKES = 100_000
_LOOSE_TYPES = {
    "": "text/plain",
    "text": "text/plain",
    "plain": "text/plain",
    "html": "text/html",
    "multipart": "multipart/mixed",
}


class Part:
    """One part: its headers, what they say of it, and its children or its bytes."""

    __slots__ = (
        "_content",
        "_range",
        "_source",
        "children",
        "content_type",
        "declared_type",
        "disposition",
        "disposition_parameters",
        "headers",
        "parameters",
        "parent",
    )

    def __init__(self, own: Headers, source: bytes, start: int, end: int, parent: Part | None) -> None:
        self.headers = own
        self.parent = parent
        self.children: list[Part] = []
        self.content_type, self.parameters = parameters.read(own.get("content-type"))
        if "/" not in self.content_type:
            default = (
                "message/rfc822" if parent and parent.content_type == "multipart/digest" else "text/plain"
            )
            self.content_type = _LOOSE_TYPES.get(self.content_type, default) if self.content_type else default
        self.declared_type = self.content_type
        self.disposition, self.disposition_parameters = parameters.read(own.get("content-disposition"))
        self._source, self._range = source, (start, end)
        self._content: bytes | None = None

    @property
    def is_multipart(self) -> bool:
        return self.content_type.startswith("multipart/")

    @property
    def content(self) -> bytes:
        """What the part holds, its transfer encoding undone."""
        if self._content is None:
            self._content = transfer.decode(self.encoded, self.headers.get("content-transfer-encoding"))
        return self._content

    @property
    def encoded(self) -> bytes:
        start, end = self._range
        return self._source[start:end]

    @property
    def charset(self) -> str:
        label = self.parameters.get("charset", "").strip(" '\"").split()
        return label[0] if label else ""

    @property
    def text(self) -> str:
        return charsets.decode(self.content, self.charset)

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in the order of the mail."""
        yield self
        for child in self.children:
            yield from child.walk()


def read(raw: bytes) -> Part:
    """Read a whole mail. Raises MailRefused where it is larger than a mail may be."""
    if len(raw) > RAW_BYTES:
        raise MailRefused("This mail is larger than 50 MB.")
    if not raw.strip():
        raise MailRefused("This mail is empty: it has neither a header nor a body.")
    if raw.startswith(_WIDE):  # saved by an editor that likes UTF-16
        raw = raw.decode("utf-16", "replace").encode()
    source = _with_line_feeds(raw)
    start = len(source) - len(source.lstrip(b"\r\n\xef\xbb\xbf"))
    reader = _Reader()
    root = reader.part(source, start, len(source), parent=None, depth=0)
    if sum(len(leaf.content) for leaf in root.walk() if not leaf.children) > DECODED_BYTES:
        raise MailRefused("This mail holds more than 200 MB once it is unpacked.")
    return root


def _with_line_feeds(raw: bytes) -> bytes:
    """Old Macs and some gateways end lines with a bare CR, in the header or in all of the mail; others with two."""
    newline = _FIRST_NEWLINE.search(raw)
    if newline and newline[0] == b"\r":
        if raw.startswith(b"\r\n", newline.end()):
            return raw.replace(b"\r\r\n", b"\r\n")
        return _LONE_CR.sub(b"\n", raw)
    return raw


class _Reader:
    def __init__(self) -> None:
        self.parts = 0
        self.lookalikes = 0

    def part(self, source: bytes, start: int, end: int, parent: Part | None, depth: int) -> Part:
        self.parts += 1
        if self.parts > PARTS:
            raise MailRefused("This mail has more than 500 parts.")
        if depth > DEPTH:
            raise MailRefused("The parts of this mail are nested more than 20 deep.")
        own, body = headers.read(source, start, end)
        part = Part(own, source, body, end, parent)
        if part.is_multipart:
            self._divide(part, source, body, end, depth)
        return part

    def _divide(self, part: Part, source: bytes, start: int, end: int, depth: int) -> None:
        boundary = part.parameters.get("boundary", "").strip().encode("utf-8", "replace")
        sections = self._sections(source, start, end, boundary) if boundary else []
        if not sections and part.content != part.encoded:  # a multipart must not be encoded, but some are
            source, start, end = part.content, 0, len(part.content)
            sections = self._sections(source, start, end, boundary) if boundary else []
        if not sections and (found := _BOUNDARY_LINE.search(source, start, end)):
            sections = self._sections(source, start, end, found[1])
        if sections and (first := _before_the_first(part, source, start, sections[0][0])):
            part.children.append(first)
        for begin, stop in sections:
            part.children.append(self.part(source, begin, stop, part, depth + 1))
        _adopt(part)
        if not part.children:  # it only says that it has parts
            part.content_type = "text/plain"

    def _sections(self, source: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
        """Where the parts between the boundary's lines begin and end."""
        sections: list[tuple[int, int]] = []
        opened = -1
        for line, after, closing in self._delimiters(source, start, end, boundary[:_LONGEST_BOUNDARY]):
            if opened >= 0:
                sections.append((opened, _before_newline(source, opened, line)))
                if len(sections) > PARTS:
                    raise MailRefused("This mail has more than 500 parts.")
            opened = -1 if closing else after
        if 0 <= opened < end:  # never closed
            sections.append((opened, end))
        return sections

    def _delimiters(
        self, source: bytes, start: int, end: int, boundary: bytes
    ) -> Iterator[tuple[int, int, bool]]:
        """Each boundary line: where it starts, what follows it, and whether it closes."""
        mark = b"--" + boundary
        at = source.find(mark, start, end)
        while at >= 0:
            after = at + len(mark)
            if at == start or source[at - 1] == 10:
                eol = source.find(b"\n", after, end)
                eol = end if eol < 0 else eol
                rest = source[after : min(eol, after + 100)].strip()
                if rest in (b"", b"--"):
                    yield at, min(eol + 1, end), rest == b"--"
                    after = eol
            self.lookalikes += 1
            if self.lookalikes > _LOOKALIKES:
                raise MailRefused("This mail has more lines that look like boundaries than any mail needs.")
            at = source.find(mark, after, end)


def _before_the_first(part: Part, source: bytes, start: int, opened: int) -> Part | None:
    """The text of a mailer that forgot a boundary, and so gave its part two headers in one."""
    _, *more = part.headers.all("content-type") or [""]
    if not more or not more[0].lower().startswith("text/"):
        return None
    own = [(b"Content-Type", more[0].encode())]
    if encoding := part.headers.get("content-transfer-encoding"):
        own.append((b"Content-Transfer-Encoding", encoding.encode()))
    end = source.rfind(b"--", start, opened)
    end = max(start, source.rfind(b"\n", start, end)) if end >= 0 else start
    return Part(Headers(own), source, start, end, part) if source[start:end].strip() else None


def _adopt(part: Part) -> None:
    """Give an inner multipart the texts that its parent took, both having the same boundary."""
    inner = part.children[0] if len(part.children) > 1 else None
    if inner is None or inner.declared_type != "multipart/alternative" or inner.encoded.strip():
        return
    texts = list(takewhile(lambda child: child.content_type.startswith("text/"), part.children[1:]))
    for text in texts:
        text.parent = inner
    inner.content_type, inner.children = inner.declared_type, texts
    part.children[1:] = part.children[1 + len(texts) :]


def _before_newline(source: bytes, start: int, line: int) -> int:
    """The line break before a boundary belongs to the boundary."""
    if line > start and source[line - 1] == 10:
        line -= 1
        if line > start and source[line - 1] == 13:
            line -= 1
    return line
