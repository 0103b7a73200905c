"""Read any HTML in linear time, and write it back balanced, shallow and small.

nh3 judges what is safe; it parses as browsers do. But that algorithm can be led into quadratic work: a
quarter of a megabyte of unclosed <font> tags fills the memory and ends the process. So nothing reaches
nh3 that was not written by `shape`: every tag closed, none too deep, not too many. How faithfully this
module reads broken HTML is a matter of looks, never of safety.
"""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from collections.abc import Callable, Iterator

MAX_HTML = 2_000_000  # characters
MAX_TAGS = 60_000
MAX_DEPTH = 250
MAX_FORMATTING = 20

# Every alternative takes what it began and never gives back, so the whole is read once.
TOKEN = re.compile(
    r"""
      ([^<]+)                                                     # text
    | <(script|style|title|textarea|xmp|iframe|noembed|noframes)(?=[\s/>])[^>]*+>?
        [^<]*+(?:<(?!/\2[\s/>])[^<]*+)*+(?:</\2[^>]*+>?|\Z)       # nothing to read inside
    | <(/?)([a-z][^\s/>]*+)                                       # a tag and its attributes
        ((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)*+)(?:>|\Z)
    | <!--(?:-?>|.*?(?:--!?>|\Z))                                 # a comment
    | <[!?/][^>]*+(?:>|\Z)                                        # what browsers take for a comment
    | (<)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
ATTRIBUTE = re.compile(r"""([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]*+))?+""")
MAX_ATTRIBUTES = 100


def names(line: str) -> frozenset[str]:
    """A set of tags, written on one line."""
    return frozenset(line.split())


VOID = names("br hr img wbr col")
FORMATTING = names("a b big code em font i nobr s small strike strong tt u")
BLOCKS = names(
    "address article aside blockquote body center details div dl figcaption figure footer h1 h2 h3 h4 h5"
    " h6 header hr main nav ol p pre section summary table ul li dt dd"
)
CELLS = names("td th caption")
TABLE_PARTS = names("table thead tbody tfoot tr td th caption colgroup")
HEADINGS = names("h1 h2 h3 h4 h5 h6")
ROW_GROUPS = names("thead tbody tfoot")
# A start tag → the open elements that it ends, and those beyond which it does not look.
ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "a": (frozenset({"a"}), CELLS),
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "table"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "td": (frozenset({"td", "th", "caption"}), frozenset({"table"})),
    "th": (frozenset({"td", "th", "caption"}), frozenset({"table"})),
    "tr": (frozenset({"tr", "caption", "colgroup"}), frozenset({"table"})),
    **{group: (ROW_GROUPS | {"tr", "caption", "colgroup"}, frozenset({"table"})) for group in ROW_GROUPS},
    **{heading: (HEADINGS | {"p"}, CELLS | {"div"}) for heading in HEADINGS},
}
P_ENDS = (frozenset({"p"}), CELLS)

Attributes = dict[str, str]
# Gives the tag to write instead and its attributes, or None to leave the tag out (not what it contains).
Edit = Callable[[str, Attributes], tuple[str, Attributes] | None]


class Tangled(Exception):
    """Too large or too entangled to be shown as HTML."""


def readable(html: str) -> str:
    """Without the characters that neither PostgreSQL nor nh3 can hold."""
    html = html.replace("\0", "")
    return html if html.isascii() else html.encode("utf-8", "ignore").decode()


def tokens(html: str) -> Iterator[tuple[str, str, str]]:
    """Yield ("text", raw text, ""), ("start", tag, raw attributes) and ("end", tag, "")."""
    for match in TOKEN.finditer(html):
        text, _raw, slash, tag, attributes, bracket = match.groups()
        if text:
            yield "text", text, ""
        elif tag:
            yield ("end", tag.lower(), "") if slash else ("start", tag.lower(), attributes)
        elif bracket:
            yield "text", "&lt;", ""


def unescape(text: str) -> str:
    """Character references resolved. A number too long for Python to read stays as it is."""
    try:
        return entities.unescape(text) if "&" in text else text
    except ValueError:
        return text


def attributes_of(raw: str) -> Attributes:
    """The first of each name counts, as in browsers."""
    found: Attributes = {}
    for name, value in ATTRIBUTE.findall(raw):
        if value[:1] in ('"', "'") and value[-1:] == value[:1] and len(value) > 1:
            value = value[1:-1]
        found.setdefault(name.lower(), unescape(value))
        if len(found) >= MAX_ATTRIBUTES:
            break
    return found


def shape(html: str, tags: frozenset[str], edit: Edit) -> str:
    """The document with only these tags, each as `edit` wants it. Raises Tangled."""
    if len(html) > MAX_HTML:
        raise Tangled
    writer = _Writer()
    for kind, value, raw in tokens(readable(html)):
        if kind == "text":
            writer.out.append(value)
        elif value not in tags:
            continue
        elif kind == "end":
            writer.end(value)
        elif edited := edit(value, attributes_of(raw)):
            writer.start(value, *edited)
    return writer.finish()


class _Writer:
    """Writes tags so that they nest, and never too deep."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.stack: list[tuple[str, str, str]] = []  # tag as read, start tag and end tag as written
        self.open: Counter[str] = Counter()
        self.too_deep: Counter[str] = Counter()
        self.formatting = 0
        self.written = 0

    def start(self, tag: str, written: str, attributes: Attributes) -> None:
        if tag in BLOCKS and self.open["p"]:
            self._end_implied(*P_ENDS)
        if rule := ENDS.get(tag):
            self._end_implied(*rule)
        inside = "".join(f' {name}="{_quoted(value)}"' for name, value in attributes.items())
        if tag in VOID:
            self._write(f"<{written}{inside}>")
        elif len(self.stack) >= MAX_DEPTH or (tag in FORMATTING and self.formatting >= MAX_FORMATTING):
            self.too_deep[tag] += 1
        else:
            self._push((tag, f"<{written}{inside}>", f"</{written}>"))

    def end(self, tag: str) -> None:
        if self.too_deep[tag]:
            self.too_deep[tag] -= 1
        elif self.open[tag]:
            place = self._find(tag)
            if place is not None:
                reopened = self.stack[place + 1 :] if tag in FORMATTING else []
                self._close_from(place)
                for element in reopened:
                    self._push(element)

    def finish(self) -> str:
        self._close_from(0)
        return "".join(self.out)

    def _find(self, tag: str) -> int | None:
        """Where the element that an end tag ends is open, if the end tag reaches that far."""
        for place in range(len(self.stack) - 1, -1, -1):
            above = self.stack[place][0]
            if above == tag:
                return place
            if above == "table" if tag in TABLE_PARTS else above in CELLS:
                return None
            if above in BLOCKS and not (tag in BLOCKS or tag in FORMATTING or tag in TABLE_PARTS):
                return None
        return None

    def _end_implied(self, ended: frozenset[str], border: frozenset[str]) -> None:
        lowest = None
        for place in range(len(self.stack) - 1, -1, -1):
            tag = self.stack[place][0]
            if tag in ended:
                lowest = place
            elif tag in border:
                break
        if lowest is not None:
            self._close_from(lowest)

    def _push(self, element: tuple[str, str, str]) -> None:
        self.stack.append(element)
        self.open[element[0]] += 1
        self.formatting += element[0] in FORMATTING
        self._write(element[1])

    def _write(self, start_tag: str) -> None:
        self.written += 1
        if self.written > MAX_TAGS:
            raise Tangled
        self.out.append(start_tag)

    def _close_from(self, place: int) -> None:
        while len(self.stack) > place:
            tag, _start, end = self.stack.pop()
            self.open[tag] -= 1
            self.formatting -= tag in FORMATTING
            self.out.append(end)


def _quoted(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;")
