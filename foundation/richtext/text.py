"""From HTML to readable text, and from text to HTML."""

from __future__ import annotations

import re
from html import escape

from foundation.richtext import links
from foundation.richtext.markup import attributes_of, names, readable, tokens, unescape

MAX_TEXT = 1_000_000  # characters
SPACES = re.compile(r"[ \t\r\n\f]+")
# Padding that newsletters put after their preview line.
PADDING = re.compile("[\u00ad\u034f\u200b\u2060\ufeff]")
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
HIDEABLE = names("div span td tr table center section")

# How many line ends stand around a block.
LINES = {
    **dict.fromkeys(names("p h1 h2 h3 h4 h5 h6 blockquote pre table dl figure"), 2),
    **dict.fromkeys(
        names("div tr li dt dd address article section header footer center caption figcaption"), 1
    ),
}
LISTS = frozenset({"ul", "ol"})


def to_text(html: str, *, links: bool = True) -> str:
    """The text of an HTML document as a person would read it, in linear time.

    Paragraphs, lists and quotes keep their shape ("- ", "1. ", "> "). With `links`, the address stands after the
    words of a link where it is not those words. What `display: none` hides is left out.
    """
    html = readable(html)
    reader = _Reader(links=links, hides="none" in html)
    reader.read(html)
    if reader.hidden_by:  # never closed, so it would have hidden the rest
        reader = _Reader(links=links, hides=False)
        reader.read(html)
    return reader.text()


class _Reader:
    def __init__(self, *, links: bool, hides: bool) -> None:
        self.links, self.hides = links, hides
        self.lines: list[str] = []
        self.line: list[str] = []
        self.blank_wanted = False
        self.quotes = 0
        self.preformatted = 0
        self.lists: list[int] = []  # the next number of each open list; 0 for bullets
        self.marker = ""  # "- " or "1. " of the last item
        self.anchor: tuple[str, int] | None = None  # address, and where its words begin in the line
        self.hidden_by = ""
        self.hidden_depth = 0

    def read(self, html: str) -> None:
        for kind, value, raw in tokens(html):
            if self.hidden_by:
                self._count_hidden(kind, value)
            elif kind == "text":
                self._say(unescape(value))
            elif kind == "start":
                self._start(value, raw)
            else:
                self._end(value)

    def text(self) -> str:
        self._break(1)
        return "\n".join(self.lines).strip("\n")

    def _say(self, words: str) -> None:
        words = PADDING.sub("", words)
        if self.preformatted:
            first, *rest = words.replace("\r\n", "\n").split("\n")
            self.line.append(first)
            for each in rest:
                self._new_line()
                self.line.append(each)
            return
        words = SPACES.sub(" ", words)
        if words[:1] == " " and (not self.line or self.line[-1].endswith(" ")):
            words = words[1:]
        if words:
            self.line.append(words)

    def _start(self, tag: str, raw: str) -> None:
        if self.hides and raw and tag in HIDEABLE and HIDDEN.search(attributes_of(raw).get("style", "")):
            self.hidden_by, self.hidden_depth = tag, 1
            return
        if lines := LINES.get(tag):
            self._break(lines)
        if tag == "br":
            self._new_line()
        elif tag in LISTS:
            self._break(1 if self.lists else 2)
            self.lists.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._item()
        elif tag == "a" and self.links and raw:
            self.anchor = (attributes_of(raw).get("href", ""), len(self.line))
        elif tag == "img" and raw and (alt := attributes_of(raw).get("alt", "").strip()):
            self._say(f"[{alt}]")
        elif tag in ("td", "th") and self.line:
            self.line.append("  ")
        elif tag == "hr":
            self._break(1)
            self.line.append("---")
            self._break(1)
        self.quotes += tag == "blockquote"
        self.preformatted += tag == "pre"

    def _end(self, tag: str) -> None:
        if tag == "a" and self.anchor:
            self._name_address()
        if lines := LINES.get(tag):
            self._break(lines)
        if tag in LISTS and self.lists:
            self.lists.pop()
            self._break(1 if self.lists else 2)
        self.quotes = max(0, self.quotes - (tag == "blockquote"))
        self.preformatted = max(0, self.preformatted - (tag == "pre"))

    def _item(self) -> None:
        number = self.lists[-1] if self.lists else 0
        if number:
            self.lists[-1] += 1
        indent = "  " * min(len(self.lists) - 1, 20) if self.lists else ""
        self.marker = f"{indent}{number}. " if number else f"{indent}- "
        self.line.append(self.marker)

    def _name_address(self) -> None:
        assert self.anchor
        address, begin = self.anchor
        self.anchor = None
        words = "".join(self.line[begin:]).strip()
        address = address.strip()
        shown = address.removeprefix("mailto:")
        if words and links.link(address) and not address.startswith("/") and _bare(shown) != _bare(words):
            self.line.append(f" <{shown}>")

    def _count_hidden(self, kind: str, tag: str) -> None:
        if tag == self.hidden_by and kind != "text":
            self.hidden_depth += 1 if kind == "start" else -1
            if not self.hidden_depth:
                self.hidden_by = ""

    def _break(self, lines: int) -> None:
        """End the line if there is one; with two, leave a blank line before the next."""
        if self.line == [self.marker]:
            return  # the item's own paragraph stands beside its marker
        if "".join(self.line).strip():
            self._new_line()
        self.line = []
        self.blank_wanted |= lines > 1 and not self.lists

    def _new_line(self) -> None:
        words = "".join(self.line).replace("\xa0", " ").rstrip()
        self.line = []
        prefix = "> " * min(self.quotes, 20)
        blank = not self.lines or not self.lines[-1].strip("> ")
        if words and self.blank_wanted and self.lines and not blank:
            self.lines.append(prefix.rstrip() if self.lines[-1].startswith(">") else "")
        if words:
            self.blank_wanted = False
        elif blank:
            return
        if self.anchor:
            self.anchor = (self.anchor[0], 0)
        self.lines.append((prefix + words).rstrip())


def _bare(address: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", address.strip().lower()).rstrip("/")


# ---- Text to HTML

PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
ADDRESS = re.compile(
    r"(?P<url>\b(?:https?://|www\.)[^\s<>\"“”]{2,2000})|(?<![\w.+-])(?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)",
    re.IGNORECASE,
)
MANY_SPACES = re.compile(r" {2,}")
PARTNERS = {")": "(", "]": "[", "}": "{"}
REL = "noopener noreferrer nofollow"


def from_text(text: str) -> str:
    """Text as HTML: paragraphs, line ends, and addresses that can be clicked. Needs no further cleaning."""
    text = readable(text[:MAX_TEXT]).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not text.strip():
        return ""
    paragraphs = (_paragraph(part) for part in PARAGRAPHS.split(text) if part.strip())
    return "".join(f"<p>{part}</p>" for part in paragraphs)


def _paragraph(text: str) -> str:
    pieces, place = [], 0
    for found in ADDRESS.finditer(text):
        if found.start() < place:
            continue
        address = _without_punctuation(found[0])
        href = f"mailto:{address}" if found["mail"] else address
        if href.lower().startswith("www."):
            href = f"https://{href}"
        if safe := links.link(href):
            pieces.append(_escaped(text[place : found.start()]))
            shown = _escaped(address)
            pieces.append(f'<a href="{escape(safe)}" target="_blank" rel="{REL}">{shown}</a>')
            place = found.start() + len(address)
    pieces.append(_escaped(text[place:]))
    return "".join(pieces).replace("\n", "<br>")


def _without_punctuation(address: str) -> str:
    """A full stop or bracket at the end belongs to the sentence, unless the bracket was opened in the address."""
    for _step in range(10):
        last = address[-1:]
        lonely = last in PARTNERS and address.count(last) > address.count(PARTNERS[last])
        if not last or (last not in ".,;:!?'’*_~" and not lonely):
            break
        address = address[:-1]
    return address


def _escaped(text: str) -> str:
    text = MANY_SPACES.sub(lambda run: "\xa0" * (len(run[0]) - 1) + " ", text.replace("\t", "    "))
    return escape(text, quote=False).replace("\xa0", "&nbsp;")
