"""The shapes by which mail programs set quoted history apart from what is new.

An attribution ("On … wrote:") is a line or three that end in a colon and hold a
date and an address; a header block (`header_blocks`) is a run of labels with a date
and a sender among them. The shapes are the same in every language, so shapes decide, and
the word lists (`vocabulary`) only tip the scales where a shape alone would guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from channels_inbox.email import header_blocks, vocabulary
from channels_inbox.email.line_signs import (
    BIDI,
    DATE,
    ENCLOSED_ADDRESS,
    TIME,
    encloses_address,
    has_address,
    next_filled,
)


class Mark(IntEnum):
    """What is known of a line before its text is looked at."""

    PLAIN = 0
    QUOTED = 1  # it begins with ">", or stands in a quote's element
    ATTRIBUTION = 2  # the mail program says so
    CUT = 3  # the mail program says that history begins here
    SIGNATURE = 4


class Cut(NamedTuple):
    """Where history begins. `quote` is its first quoted line, or -1: then all the rest is history."""

    at: int
    quote: int = -1
    certain: bool = True  # False: a forwarded mail or a filled-in form looks the same


_ABOVE_THIS_LINE = vocabulary.any_of(vocabulary.ABOVE_THIS_LINE)
_DECORATION = "-=#*_~<> "
_REST_OF_DATE = re.compile(r"\s*(?:(?:19|20)\d\d\b(?![-/.]\d|年)|\d{1,2}:\d\d)")
_RULE = re.compile(
    r"^\s*(?:_{5,}|[-=*‐‑–—]{2,}\s?(?P<words>[^\d\s][^\d]{2,60}?)\s?[-=*‐‑–—]{2,}|[-=‐–—]{5,})\s*$"
)
_WROTE = vocabulary.any_of(vocabulary.WROTE, before=r"\b", after=r"(?!\w)")
_WROTE_UNSPACED = vocabulary.any_of(vocabulary.WROTE_UNSPACED)
_FORWARDED = vocabulary.any_of(vocabulary.FORWARDED)
_ORIGINAL = vocabulary.any_of(vocabulary.ORIGINAL)
_LONGEST_ATTRIBUTION = 400
_LONGEST_LEAD = 80
_LONGEST_RULE = 200
_RULERS = "-_=*‐‑–—"


def first_cut(lines: Sequence[str], marks: Sequence[Mark], start: int, *, forwarded: bool) -> Cut | None:
    """Find where history begins at or after line `start`; None if all of it is new (or a forward)."""
    for at in range(start, len(lines)):
        line = lines[at]
        if not line or line.isspace():
            continue
        mark = marks[at]
        if mark is Mark.QUOTED:
            if forwarded and header_blocks.begins(
                [line.lstrip("> ") for line in lines[at : at + 14]], 0, led=True
            ):
                return None
            return Cut(_loose_attribution(lines, start, at), quote=at)
        if mark is not Mark.CUT and _begins_a_forward(lines, at, line):
            return None
        if mark is Mark.ATTRIBUTION:
            return _after_attribution(marks, lines, at, at)
        if mark is Mark.CUT:
            return None if forwarded else Cut(at, certain=False)
        cut = _by_text(lines, marks, start, at)
        if cut:
            return None if forwarded and not cut.certain else cut
    return None


def _by_text(lines: Sequence[str], marks: Sequence[Mark], start: int, at: int) -> Cut | None:
    line = lines[at].translate(BIDI).strip()
    if line[:1] in _DECORATION and _is_mark_of_a_desk(line):
        return Cut(at)
    if rule := _rule(line):
        return _after_rule(lines, at, rule["words"] or "")
    if line[-1:] in ":：" or line.endswith("--") or line[-4:].lower() == "wrote":
        first = _attribution(lines, marks, start, at)
        if first is not None:
            return _after_attribution(marks, lines, first, at)
    if (":" in line[:40] or "：" in line[:20]) and header_blocks.begins(
        lines, at, led=header_blocks.is_led(lines, start, at)
    ):
        return Cut(at, certain=False)
    return None


def _is_mark_of_a_desk(line: str) -> bool:
    """ "##- Please type your reply above this line -##", in any decoration."""
    words = line.strip(_DECORATION)
    if not words or len(line) > _LONGEST_LEAD or line[1:2] not in _DECORATION:
        return False
    return line.startswith("##-") or _ABOVE_THIS_LINE.search(words) is not None


def _attribution(lines: Sequence[str], marks: Sequence[Mark], start: int, last: int) -> int | None:
    """The first line of the attribution that ends at line `last`, if there is one."""
    quoted_next = next_filled(lines, last + 1)
    follows_quote = quoted_next >= 0 and marks[quoted_next] is Mark.QUOTED
    text = ""
    for first in range(last, max(start, last - 4) - 1, -1):
        if not lines[first].strip():
            return None
        text = f"{lines[first].translate(BIDI).strip()} {text}"
        if len(text) > _LONGEST_ATTRIBUTION:
            return None
        if _is_attribution(text, follows_quote=follows_quote):
            return _beginning(lines, start, first, text)
    return None


def _is_attribution(text: str, *, follows_quote: bool) -> bool:
    date = DATE.search(text) is not None
    if follows_quote:
        return (date and (has_address(text) or TIME.search(text) is not None or _has_wrote(text))) or (
            has_address(text) and _has_wrote(text)
        )
    if date and (TIME.search(text) or _has_wrote(text)):
        return encloses_address(text) or _has_wrote(text)
    return encloses_address(text) and _has_wrote(text)


def _has_wrote(text: str) -> bool:
    return _WROTE.search(text) is not None or _WROTE_UNSPACED.search(text) is not None


def _beginning(lines: Sequence[str], start: int, first: int, text: str) -> int:
    """An attribution broken over lines may begin above the line that convinced us."""
    for above in range(first - 1, max(start, first - 3) - 1, -1):
        if not lines[above].strip():
            break
        more = lines[above].translate(BIDI)
        if not DATE.search(text) and (DATE.search(more) or TIME.search(more)):
            return above
        if not _names_somebody(text) and _names_somebody(more):
            return above
    if first > start and _REST_OF_DATE.match(text) and any(map(str.isdigit, lines[first - 1])):
        return first - 1
    return first


def _names_somebody(text: str) -> bool:
    return has_address(text) or _has_wrote(text)


def _after_attribution(marks: Sequence[Mark], lines: Sequence[str], first: int, last: int) -> Cut:
    """Below an attribution stands either a marked quote, or history to the end."""
    following = next_filled(lines, last + 1)
    while following >= 0 and marks[following] is Mark.ATTRIBUTION:
        following = next_filled(lines, following + 1)
    if following >= 0 and marks[following] is Mark.QUOTED:
        return Cut(first, quote=following)
    return Cut(first)


def _loose_attribution(lines: Sequence[str], start: int, quote: int) -> int:
    """A line right above a quote that ends in a colon and names an address introduces it."""
    above = quote - 1
    while above >= start and not lines[above].strip() and quote - above < 3:
        above -= 1
    if above < start:
        return quote
    text = lines[above].translate(BIDI).strip()
    if text.endswith((":", "：")):
        return above if has_address(text) or (_has_wrote(text) and len(text) < 80) else quote
    return (
        above if DATE.search(text) and text.endswith((">", ")")) and ENCLOSED_ADDRESS.search(text) else quote
    )


def _after_rule(lines: Sequence[str], at: int, words: str) -> Cut | None:
    """A rule begins history if it says so or if a header block follows it."""
    if words and (_ORIGINAL.search(words) or _has_wrote(words)):
        return Cut(at, certain=False)
    following = next_filled(lines, at + 1)
    if following < 0 or following - at > 2:
        return None
    return Cut(at, certain=False) if header_blocks.begins(lines, following, led=True) else None


def _rule(line: str) -> re.Match[str] | None:
    """A line of dashes, perhaps with words in it; and none without end, which would take long to look at."""
    return _RULE.match(line) if line[:1] in _RULERS and len(line) <= _LONGEST_RULE else None


def _begins_a_forward(lines: Sequence[str], at: int, line: str) -> bool:
    shape = line.strip()
    if shape[0] in _RULERS:
        return _is_forward_rule(shape)
    return shape[-1] in ":：" and _leads_a_forward(lines, at, shape)


def begins_a_forward(lines: Sequence[str], at: int) -> bool:
    """Does a mail program say at line `at`, which is not empty, that a forwarded mail begins?"""
    return _begins_a_forward(lines, at, lines[at])


def is_rule(line: str) -> bool:
    """A line that sets something apart, perhaps with words in it."""
    return _rule(line.translate(BIDI).strip()) is not None


def _is_forward_rule(line: str) -> bool:
    rule = _rule(line.translate(BIDI).strip())
    return bool(rule and rule["words"] and _FORWARDED.search(rule["words"]))


def _leads_a_forward(lines: Sequence[str], at: int, line: str) -> bool:
    """ "Begin forwarded message:", in any language, above the header of that message."""
    if len(line) > _LONGEST_LEAD or not _FORWARDED.search(line):
        return False
    if line.lower().startswith("begin forwarded message"):
        return True
    following = next_filled(lines, at + 1)
    return following >= 0 and header_blocks.is_label(lines[following].lstrip("> "))
