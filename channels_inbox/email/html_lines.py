"""An HTML body as lines of text, each of which knows the nodes it came from.

The lines are what people see: blocks and <br> break them, quotes carry ">", and
what is hidden is left out. Since every text node remembers its line, a verdict on
lines can be carried back: `keep` gives the HTML of the wanted lines only.
"""

from __future__ import annotations

import html as markup
import re
from collections.abc import Callable
from copy import deepcopy

from lxml import etree

from channels_inbox.email import html_reader
from channels_inbox.email.html_reader import Place, Reading, Token
from channels_inbox.email.limits import HTML_CHARS, HTML_TAGS
from channels_inbox.email.reply_shapes import Mark

_SHELL = re.compile(r"</?(?:html|body)\b[^<>]{0,4000}>", re.IGNORECASE)
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNSTORABLE_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]))(?:;|(?!\w))"
)
Wanted = Callable[[int], bool]


class HtmlLines:
    """Reads as much of the HTML as the limits allow; empty where there is nothing to read.

    `is_whole` says whether that was all of it. If not, `keep` would lose the rest.
    """

    def __init__(self, html: str) -> None:
        readable = html[: _readable_length(html)]
        self._root, self.is_whole = _parse(readable)
        self.is_whole &= len(readable) == len(html)
        self._reading = Reading() if self._root is None else html_reader.read(self._root)

    @property
    def lines(self) -> list[str]:
        return self._reading.lines

    @property
    def marks(self) -> list[Mark]:
        return self._reading.marks

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()

    def keep(self, wanted: Wanted) -> str:
        """Serialise the tree with only those nodes whose line (by number) is wanted."""
        return "" if self._root is None else _Pruning(deepcopy(self._root), self._reading, wanted).html()


class _Pruning:
    """Goes down only where an element is wanted in part, so a quote is dropped in one step."""

    def __init__(self, root: etree._Element, reading: Reading, wanted: Wanted) -> None:
        self.root, self.reading, self.wanted = root, reading, wanted
        self.numbers = {element: number for number, element in enumerate(root.iter())}
        self.kept_until = [0]  # how many of the tokens before each are wanted, in whole or in part
        self.whole_until = [0]
        for token in reading.tokens:
            lines = [wanted(line) for line in range(token.line, token.last_line + 1)]
            self.kept_until.append(self.kept_until[-1] + any(lines))
            self.whole_until.append(self.whole_until[-1] + all(lines))

    def html(self) -> str:
        stack = [self.root]
        while stack:
            element = stack.pop()
            self._prune_text(element)
            for child in list(element):
                number = self.numbers[child]
                self._prune_tail(child, number)
                first, behind = self.reading.spans[number]
                if self.whole_until[behind] - self.whole_until[first] == behind - first:
                    continue
                if self.kept_until[behind] > self.kept_until[first]:
                    stack.append(child)
                else:
                    _drop(element, child)
        return _inside(self.root)

    def _prune_text(self, element: etree._Element) -> None:
        number = self.numbers[element]
        first, behind = self.reading.spans[number]
        if element.text and first < behind:
            token = self.reading.tokens[first]
            if token.element == number and token.place is Place.TEXT:
                element.text = self._lines_of(element.text, token)

    def _prune_tail(self, element: etree._Element, number: int) -> None:
        if element.tail and self.reading.tails[number] >= 0:
            element.tail = self._lines_of(element.tail, self.reading.tokens[self.reading.tails[number]])

    def _lines_of(self, text: str, token: Token) -> str:
        if token.line == token.last_line:
            return _storable(text) if self.wanted(token.line) else ""
        return "\n".join(
            _storable(line) for number, line in enumerate(text.split("\n"), token.line) if self.wanted(number)
        )


def _storable(text: str) -> str:
    """Without the control characters that references stand for: a tree gives them, and does not take them back."""
    return text if text.isprintable() else _UNSTORABLE.sub("", text)


def _readable_length(html: str) -> int:
    tags = html.count("<")
    longest = HTML_CHARS if tags <= HTML_TAGS else len(html) * HTML_TAGS // tags
    return min(len(html), longest)


def _parse(html: str) -> tuple[etree._Element | None, bool]:
    """The tree of an HTML text, and whether the parser came to its end."""
    if not html.strip():
        return None, True
    # A "huge" tree is one of 2,048 levels instead of 256, which long conversations reach.
    parser = etree.HTMLParser(encoding="utf-8", remove_pis=True, recover=True, huge_tree=True)
    html = _UNSTORABLE.sub("", html)
    if "&#" in html:
        html = _UNSTORABLE_REFERENCE.sub("", html)
    try:
        root = etree.fromstring(_without_shells(html).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None, False
    return root, not any("depth" in error.message for error in parser.error_log.filter_from_fatals())


def _without_shells(html: str) -> str:
    """One body out of several: the parser stops at the first end, and some mails go on with a footer."""
    html = html.rstrip()
    while html[-7:].lower() in ("</html>", "</body>"):
        html = html[:-7].rstrip()
    return _SHELL.sub(lambda tag: "<div></div>" if tag[0][1] == "/" else "", html)


def _drop(parent: etree._Element, child: etree._Element) -> None:
    """Remove a node but not the text behind it, which lxml counts to the node."""
    if child.tail:
        before = child.getprevious()
        if before is None:
            parent.text = _storable((parent.text or "") + child.tail)
        else:
            before.tail = _storable((before.tail or "") + child.tail)
    parent.remove(child)


def _inside(root: etree._Element) -> str:
    body = root.find("body") if root.tag == "html" else root
    if body is None:
        body = root
    inside = "".join(etree.tostring(child, encoding="unicode", method="html") for child in body)
    return (markup.escape(body.text or "", quote=False) + inside).strip()
