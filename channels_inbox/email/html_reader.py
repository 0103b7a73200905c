"""One walk through an HTML tree: its lines of text, and which node stands on which line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from lxml import etree

from channels_inbox.email import html_marks
from channels_inbox.email.html_marks import Hint
from channels_inbox.email.reply_shapes import Mark

_BLANKS = re.compile(r"[ \t\r\n\f]+")
_BLOCKS = """
    address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3
    h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul
"""
_SPACED = "p h1 h2 h3 h4 h5 h6 ul ol table hr"
_UNSEEN = "script style head template noscript title meta link object select textarea svg math"
_PICTURES = "img hr input video audio canvas iframe embed"
_IS_BLOCK, _IS_SPACED, _IS_UNSEEN, _IS_PICTURE = (
    frozenset(names.split()) for names in (_BLOCKS, _SPACED, _UNSEEN, _PICTURES)
)
_MARKS = {Hint.ATTRIBUTION: Mark.ATTRIBUTION, Hint.SIGNATURE: Mark.SIGNATURE}


class Place(Enum):
    TEXT = "the text that an element begins with"
    TAIL = "the text behind an element"
    NODE = "the element itself: a picture, or something unseen"


class Token(NamedTuple):
    """Something in the tree that stands on a line, or runs over several (in <pre>)."""

    element: int
    place: Place
    line: int
    last_line: int


@dataclass(slots=True)
class Reading:
    """Elements are counted in the order of the document, comments among them."""

    lines: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(
        default_factory=list
    )  # of an element: its first token, and the next but last
    tails: list[int] = field(default_factory=list)  # of an element: the token of its tail, or -1


def read(root: etree._Element) -> Reading:
    walk = _Walk()
    walk.through(root)
    return walk.reading


class _Walk:
    def __init__(self) -> None:
        self.reading = Reading()
        self.pieces: list[str] = []  # of the line in the making
        self.numbers: list[int] = []  # of the elements around us
        self.hints: list[Hint] = []  # and what they mean
        self.marks: list[Mark] = []  # those of them that mark their lines
        self.unseen = 0  # how deep we are in something that nobody sees
        self.quotes = 0  # how deep in quotes
        self.preformatted = 0
        self.cuts_next = False
        self.wants_blank = False

    def through(self, root: etree._Element) -> None:
        for event, element in etree.iterwalk(root, events=("start", "end", "comment")):
            if event == "start":
                self._start(element)
            else:
                number = self._number() if event == "comment" else self._end(element)
                if element.tail and not self.unseen and element is not root:
                    self.reading.tails[number] = len(self.reading.tokens)
                    self._text(element.tail, number, Place.TAIL)
        self._break()

    def _number(self) -> int:
        here = len(self.reading.tokens)
        self.reading.spans.append((here, here))
        self.reading.tails.append(-1)
        return len(self.reading.spans) - 1

    def _start(self, element: etree._Element) -> None:
        number = self._number()
        self.numbers.append(number)
        if self.unseen or element.tag in _IS_UNSEEN or html_marks.is_hidden(element):
            if not self.unseen:
                self._node(number)
            self.unseen += 1
        else:
            self._open(element, number)

    def _end(self, element: etree._Element) -> int:
        number = self.numbers.pop()
        if self.unseen:
            self.unseen -= 1
        else:
            self._close(element)
        self.reading.spans[number] = (self.reading.spans[number][0], len(self.reading.tokens))
        return number

    def _open(self, element: etree._Element, number: int) -> None:
        tag = element.tag
        hint = html_marks.hint(element)
        self.hints.append(hint)
        if tag in _IS_BLOCK or hint is not Hint.NONE:
            self._break()
            self.wants_blank |= tag in _IS_SPACED and not html_marks.is_tight(element)
        elif tag in ("td", "th") and self.pieces:
            self.pieces.append(" ")
        elif tag == "br":
            self._break(forced=True)
        self.quotes += hint is Hint.QUOTE
        self.cuts_next |= hint is Hint.CUT
        self.preformatted += tag == "pre"
        if hint in _MARKS:
            self.marks.append(_MARKS[hint])
        if tag == "li":
            self._begin()
            self.pieces.append("* ")
        elif tag in _IS_PICTURE:
            self._node(number)
        if element.text:
            self._text(element.text, number, Place.TEXT)

    def _close(self, element: etree._Element) -> None:
        tag, hint = element.tag, self.hints.pop()
        if tag in _IS_BLOCK or hint is not Hint.NONE:
            self._break()
            self.wants_blank |= tag in _IS_SPACED and not html_marks.is_tight(element)
        self.preformatted -= tag == "pre"
        self.quotes -= hint is Hint.QUOTE
        if hint in _MARKS:
            self.marks.pop()

    def _node(self, number: int) -> None:
        line = len(self.reading.lines)
        self.reading.tokens.append(Token(number, Place.NODE, line, line))

    def _text(self, text: str, number: int, place: Place) -> None:
        if self.preformatted or not text.isspace():
            self._begin()
        first = len(self.reading.lines)
        if not self.preformatted:
            text = _BLANKS.sub(" ", text)
        elif "\n" in text:
            *whole, text = text.split("\n")
            for line in whole:
                self.pieces.append(line)
                self._break(forced=True)
        if text and (text != " " or self.pieces):
            self.pieces.append(text)
        self.reading.tokens.append(Token(number, place, first, len(self.reading.lines)))

    def _begin(self) -> None:
        """Something comes: leave the space above it that its paragraph asks for."""
        if self.wants_blank and not self.pieces:
            self.wants_blank = False
            if not self._above_is_blank():
                self._append("")

    def _break(self, *, forced: bool = False) -> None:
        """End the line in the making. An empty one is kept if it is forced, and only once."""
        if not self.pieces and not forced:
            return
        line = "".join(self.pieces).replace("\xa0", " ")
        self.pieces = []
        line = line.rstrip() if self.preformatted else line.strip()
        if line or self.preformatted or not self._above_is_blank():
            self._append(line)

    def _above_is_blank(self) -> bool:
        return not self.reading.lines or not self.reading.lines[-1].strip("> ")

    def _append(self, line: str) -> None:
        mark = Mark.QUOTED if self.quotes else self.marks[-1] if self.marks else Mark.PLAIN
        if self.cuts_next and line:
            mark, self.cuts_next = Mark.CUT, False
        self.reading.lines.append(f"{'>' * self.quotes} {line}".rstrip() if self.quotes else line)
        self.reading.marks.append(mark)
