"""Which parts of a mail are its text, and which are files?

A body is a row of segments, for Apple's mails alternate between text and pictures.
Each segment has a plain form, an HTML form, or both; what is no segment is a file.
"""

from __future__ import annotations

import html as markup
import re
from dataclasses import dataclass, field

from channels_inbox.email import charsets, transfer, yenc
from channels_inbox.email.file_types import EXTENSIONS, UNKNOWN, guessed_type
from channels_inbox.email.flowed import unflow
from channels_inbox.email.limits import PARTS
from channels_inbox.email.mime import Part

_TEXTS = {"text/plain", "text/html", "text/enriched", "text/richtext", "application/xhtml+xml", "text/x-html"}
_HTMLS = {"text/html", "application/xhtml+xml", "text/x-html"}
_ENRICHED = {"text/enriched", "text/richtext"}
_BEGINS_AS_HTML = re.compile(r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html)[\s>]", re.I)
_META_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})")
_META_WITHIN = 4_096
_ENRICHED_COMMAND = re.compile(r"<(/?)(\w[\w-]{0,60})>|<<")
_ENRICHED_PARAM = re.compile(r"(?is)<param>[^<]{0,200}</param>")


@dataclass(slots=True)
class Segment:
    plain: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)  # plain parts among them are shown as they stand


@dataclass(slots=True)
class Sorted:
    segments: list[Segment] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)

    def add(self, other: Sorted) -> None:
        self.segments += other.segments
        self.files += other.files


@dataclass(slots=True)
class UnpackedFile:
    """A file that stood inside a text (uuencode, yEnc)."""

    name: str
    content: bytes


@dataclass(slots=True)
class Body:
    plain: str  # "" where the mail has none
    html: str
    is_partly_html: bool  # some segment has no plain form
    unpacked: list[UnpackedFile]


def sort(part: Part) -> Sorted:
    """Sort the leaves of a tree into segments of the body and files."""
    if not part.is_multipart:
        return Sorted([_segment(part)]) if _is_text(part) else Sorted(files=[part])
    if part.content_type == "multipart/alternative":
        return _alternative([sort(child) for child in part.children])
    if part.content_type == "multipart/appledouble":
        forks = [child for child in part.children if child.content_type != "application/applefile"]
        return Sorted(files=forks)
    result = Sorted()
    for child in part.children:
        found = sort(child)
        if child.content_type in _HTMLS and result.segments and _is_shown_by(part, child):
            found = Sorted(files=[child])
        result.add(found)
    return result


def _segment(part: Part) -> Segment:
    return Segment(html=[part]) if is_html(part) else Segment(plain=[part])


def is_html(part: Part) -> bool:
    if part.content_type in _HTMLS:
        return True
    return (
        part.content_type.startswith("text/")
        and _BEGINS_AS_HTML.match(part.content[:400].decode("latin-1")) is not None
    )


def _is_shown_by(parent: Part, child: Part) -> bool:
    """HTML beside HTML in a multipart/related is a frame or a file of the first."""
    return parent.content_type == "multipart/related" and "content-id" in child.headers


def _is_text(part: Part) -> bool:
    """Is this leaf for reading, or a file that happens to be text?"""
    parent = part.parent
    if part.content_type not in _TEXTS and not _reads_like_text(part):
        return False
    named_as_file = bool(part.disposition_parameters.get("filename", "").strip())
    name = part.disposition_parameters.get("filename", "") or part.parameters.get("name", "")
    named = bool(name.strip())
    if part.disposition == "attachment":
        return parent is None and not named
    if named and not guessed_type(name.strip()).startswith(("text/", UNKNOWN)):
        return False  # nobody reads a "text" called invoice.pdf
    if parent is None or parent.content_type == "multipart/alternative" or not named:
        return True
    first = parent.children[0] is part if parent.children else True
    return first and (
        not named_as_file or part.disposition == "inline" or parent.content_type == "multipart/related"
    )


def _reads_like_text(part: Part) -> bool:
    """Is this the body in a type that we do not know (text/markdown, text/ascii)? Data (text/csv) is none."""
    if not part.content_type.startswith("text/") or part.content_type in EXTENSIONS:
        return False
    leads = part.parent is None or (part.parent.children and part.parent.children[0] is part)
    return bool(leads) and not (part.disposition_parameters.get("filename") or part.parameters.get("name"))


def _alternative(choices: list[Sorted]) -> Sorted:
    """Of several forms of one text: the first plain one, and the last in HTML with all that it has."""
    files = [file for choice in choices for file in choice.files]
    html = next((c for c in reversed(choices) if any(s.html for s in c.segments)), None)
    plain = next((c for c in choices if c is not html and any(s.plain for s in c.segments)), None)
    if html is None:
        return Sorted(plain.segments if plain else [], files)
    if plain is None:
        return Sorted(html.segments, files)
    merged = Segment(
        plain=[part for segment in plain.segments for part in segment.plain],
        html=[part for segment in html.segments for part in (segment.html or segment.plain)],
    )
    return Sorted([merged], files)


def read(segments: list[Segment]) -> Body:
    """Read the body's segments: their plain texts, and their HTML, each joined in order."""
    unpacked: list[UnpackedFile] = []
    plain = [plain_text(part, unpacked) for segment in segments for part in segment.plain]
    html = ""
    if any(segment.html for segment in segments):
        pieces = (_as_html(part) for segment in segments for part in (segment.html or segment.plain))
        html = "\n".join(piece for piece in pieces if piece)
    return Body(
        plain="\n\n".join(text for text in plain if text),
        html=html.strip(),
        is_partly_html=any(segment.html and not segment.plain for segment in segments),
        unpacked=unpacked,
    )


def html_text(part: Part) -> str:
    """The HTML of a part, read in the charset that it or its <meta> names."""
    content = part.content
    label = part.charset
    if not charsets.codec_for(label) and (found := _META_CHARSET.search(content[:_META_WITHIN])):
        label = found[1].decode("ascii")
    return charsets.decode(content, label).replace("\r\n", "\n")


def plain_text(part: Part, unpacked: list[UnpackedFile]) -> str:
    """The plain text of a part; files that stand in it go to `unpacked`."""
    content = part.content
    if b"begin" in content:  # uuencode, and =ybegin
        content = _without_files(content, unpacked)
    text = charsets.decode(content, part.charset).replace("\r\n", "\n").replace("\r", "\n")
    if part.content_type in _ENRICHED:
        text = _without_commands(text)
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    return text.strip("\n").rstrip()


def _without_files(content: bytes, unpacked: list[UnpackedFile]) -> bytes:
    texts, at = [], 0
    while len(unpacked) < PARTS and (found := transfer.uuencoded(content, at) or yenc.find(content, at)):
        unpacked.append(UnpackedFile(found.name, found.content))
        texts.append(content[at : found.start])
        at = found.end
    return b"".join(texts) + content[at:] if texts else content


def _as_html(part: Part) -> str:
    if is_html(part):
        return html_text(part)
    text = plain_text(part, [])
    return f'<div style="white-space:pre-wrap">{markup.escape(text)}</div>' if text.strip() else ""


def _without_commands(text: str) -> str:
    """text/enriched (RFC 1896): drop the commands; a single line break is a space."""
    text = _ENRICHED_PARAM.sub("", text)
    paragraphs = [" ".join(lines.split("\n")) for lines in text.split("\n\n")]
    return _ENRICHED_COMMAND.sub(lambda found: "<" if found[0] == "<<" else "", "\n".join(paragraphs))
