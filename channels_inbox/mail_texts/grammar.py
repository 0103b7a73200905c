"""The little that the text of a mail can say besides words: a placeholder, bold, a link.

    Hello {{ customer }},

    **Thank you.** [Follow your request]({{ link }})

It is read into nodes once; what is filled in later is never read again, so nobody's name becomes a link or a
placeholder. There is nothing to execute here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from foundation.errors import HelpdeskError
from foundation.richtext import links

PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
MARKS = re.compile(
    r"\*\*(?P<bold>[^\n]+?)\*\*"
    r"|\[(?P<words>[^\[\]\n]+)\]\((?P<target>\{\{[^{}\n]*\}\}|[^()\s]+)\)"
    r"|\{\{\s*(?P<name>[^{}]*?)\s*\}\}"
)


class TextRefused(HelpdeskError):
    """The text of a mail that cannot be filled in; the sentence says what is wrong and what would be right."""

    status = 422


@dataclass(frozen=True, slots=True)
class Words:
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    name: str


@dataclass(frozen=True, slots=True)
class Bold:
    inside: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Link:
    inside: tuple[Node, ...]
    target: str | Value


Node = Words | Value | Bold | Link
Paragraph = tuple[Node, ...]


def read(text: str) -> list[Paragraph]:
    """The paragraphs of a mail. Raises TextRefused for a link that leads nowhere."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return [tuple(_nodes(part)) for part in PARAGRAPHS.split(text) if part.strip()]


def read_line(text: str) -> Paragraph:
    """A subject: words and placeholders only."""
    return tuple(_words(text))


def _nodes(text: str) -> Iterator[Node]:
    place = 0
    for found in MARKS.finditer(text):
        yield from _plain(text[place : found.start()])
        place = found.end()
        if found["bold"] is not None:
            yield Bold(tuple(_words(found["bold"])))
        elif found["words"] is not None:
            yield Link(tuple(_words(found["words"])), _target(found["target"]))
        else:
            yield Value(found["name"])
    yield from _plain(text[place:])


def _words(text: str) -> Iterator[Node]:
    place = 0
    for found in PLACEHOLDER.finditer(text):
        yield from _plain(text[place : found.start()])
        place = found.end()
        yield Value(found[1])
    yield from _plain(text[place:])


def _plain(text: str) -> Iterator[Words]:
    if "{{" in text or "}}" in text:
        raise TextRefused(_("A placeholder begins with {{ and ends with }}: one of the two is missing."))
    if text:
        yield Words(text)


def _target(written: str) -> str | Value:
    if found := PLACEHOLDER.fullmatch(written):
        return Value(found[1])
    safe = links.link(written)
    if safe is None:
        raise TextRefused(
            _("A link cannot lead to “%(address)s”. Give a whole address, such as https://example.org/help.")
            % {"address": written[:100]}
        )
    return safe


def names_in(nodes: Paragraph) -> Iterator[str]:
    """The placeholders of a paragraph, in their order, also those inside bold words and links."""
    for node in nodes:
        match node:
            case Value(name):
                yield name
            case Bold(inside):
                yield from names_in(inside)
            case Link(inside, target):
                yield from names_in(inside)
                if isinstance(target, Value):
                    yield target.name


def refuse_unknown(names: Iterator[str], known: Mapping[str, object]) -> None:
    """Raise TextRefused that names the placeholders there are."""
    for name in names:
        if name not in known:
            raise TextRefused(
                _("There is no placeholder “%(name)s” here. There are: %(names)s.")
                % {"name": name[:60], "names": ", ".join(f"{{{{ {each} }}}}" for each in known)}
            )
