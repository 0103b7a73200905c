"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045, 2183, 2231).

Written in one pass over the text, because the standard library's way is quadratic:
sixty semicolons cost it seconds.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from channels_inbox.email import charsets, encoded_words
from channels_inbox.email.limits import PARAMETERS, MailRefused

_GAP = re.compile(r"[;,\s]*")  # mailers forget the semicolon, or send two
_NEXT = r"[A-Za-z][A-Za-z-]{2,30}(?:\*\d{0,3}\*?)?\s?=(?!=)"  # a further one, its semicolon forgotten
_PARAMETER = re.compile(
    rf"""(?P<name>[^=;,\s"()<>@:\\/\[\]?]{{1,100}})\s*=\s*
    (?:"(?P<quoted>(?:[^"\\]++|\\.?)*+)(?:"(?=\s*(?:[;,(]|$)|\s+{_NEXT})|$)  # a quote may never end
      |(?P<bare>(?:[^;\s]++|\s(?!{_NEXT}))*))""",
    re.VERBOSE | re.DOTALL,
)
_VALUE = re.compile(r"\s*([^;,\s\"=/]{0,100}(?:\s*/\s*[^;,\s\"=]{0,100})?)")
_ESCAPED = re.compile(r'\\(["\\])')  # and no other: C:\new is a path, not a line break
_SECTION = re.compile(r"(?P<name>[^*]+)(?:\*(?P<number>\d{1,4}))?(?P<encoded>\*)?$")
_CHARSET_AHEAD = re.compile(r"(?i)(?:utf-8|us-ascii|iso-8859-\d{1,2}|windows-\d{4})'[a-z-]{0,10}'(?=.)")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_EXTENDED = re.compile(r"(?P<charset>[^']{0,60})'[^']{0,60}'(?P<text>.*)", re.DOTALL)


def read(header: str) -> tuple[str, dict[str, str]]:
    """Split `text/plain; charset=utf-8` into the lower-case value and its decoded parameters."""
    value = _VALUE.match(header)
    first = "".join(value[1].split()).lower().rstrip(":.") if value else ""
    rest = header[value.end() :] if value else header
    if rest.lstrip().startswith("="):  # no value at all, a parameter at once
        first, rest = "", header
    if "=" not in rest:
        return first, {}
    return first, _joined(_sections(rest))


def _sections(rest: str) -> list[tuple[str, str]]:
    """The parameters as they are written; of two with one name the first counts."""
    found: dict[str, str] = {}
    position, count = 0, 0
    while gap := _GAP.match(rest, position):
        parameter = _PARAMETER.match(rest, gap.end())
        if parameter:
            count += 1
            text = parameter["quoted"]
            text = _ESCAPED.sub(r"\1", text) if text is not None else _bare(parameter["bare"])
            found.setdefault(parameter["name"].lower(), text)
            position = parameter.end()
        else:
            position = rest.find(";", gap.end())
            if position < 0:
                break
        if count > PARAMETERS:
            raise MailRefused("A part of this mail has more than 64 parameters.")
    return list(found.items())


def _bare(text: str) -> str:
    """A value without quotes, or with quotes where none can be."""
    text = text.strip()
    if text.startswith('"') and text.endswith('"'):
        return text.strip('"').strip() if text.startswith('""') else text[1:-1]
    return text.rstrip('"').strip()


def _joined(sections: list[tuple[str, str]]) -> dict[str, str]:
    """Put continuations (name*0, name*1*) together and decode what is encoded."""
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, text in sections:
        section = _SECTION.match(name)
        if not section or not (section["number"] or section["encoded"]):
            plain[name] = _decoded(text)
            continue
        number = int(section["number"] or 0)
        pieces.setdefault(section["name"], []).append((number, bool(section["encoded"]), text))
    for name, found in pieces.items():
        text = _join(sorted(found, key=lambda piece: piece[0]))
        if text or name not in plain:  # the extended form is the better one (RFC 6266, 4.3)
            plain[name] = text
    return plain


def _decoded(text: str) -> str:
    """A plain value, decoded: as encoded words, or in the way that belongs to `name*`."""
    if "%" in text and text.isascii():
        if _CHARSET_AHEAD.match(text):
            return _join([(0, True, text)])
        if len(_PERCENT.findall(text)) > 1:
            try:
                read = unquote_to_bytes(text).decode()
            except UnicodeDecodeError:
                return text
            return text if read.isascii() else read
    return encoded_words.decode(text)


def _join(pieces: list[tuple[int, bool, str]]) -> str:
    _, encoded, first = pieces[0]
    charset = None
    if encoded and (extended := _EXTENDED.match(first)):
        charset, first = extended["charset"], extended["text"]
        pieces[0] = (0, True, first)
    if not any(encoded for _, encoded, _ in pieces):
        return encoded_words.decode("".join(text for _, _, text in pieces))
    data = b"".join(
        unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace") for _, encoded, text in pieces
    )
    return encoded_words.decode(charsets.decode(data, charset))
