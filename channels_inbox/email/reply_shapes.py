"""The shapes by which mail programs set quoted history apart from what is new.

An attribution ("On … wrote:") is a line or three that end in a colon and hold a
date and an address; Outlook's header block is a run of labels with a date and a
sender among them. The shapes are the same in every language, so shapes decide, and
the word lists (`vocabulary`) only tip the scales where a shape alone would guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from channels_inbox.email import vocabulary


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


_BIDI = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
_DELIMITERS = vocabulary.any_of(vocabulary.ABOVE_THIS_LINE, before=r"^[-=#*_~<>\s]{2,40}.{0,60}?")
_ADDRESS = re.compile(r"[<(\[\"'‪]?\s?(?:mailto:)?[\w.+%-]{1,80}@[\w-]{1,80}\.[\w.-]{1,80}")
_ENCLOSED_ADDRESS = re.compile(r"[<(\[]\s?(?:mailto:)?[\w.+%=/-]{1,80}@[\w-]{1,80}\.[\w.-]{1,80}")
_REST_OF_DATE = re.compile(r"\s*(?:(?:19|20)\d\d\b(?![-/.]\d|年)|\d{1,2}:\d\d)")
_TIME = re.compile(r"(?=\d)(?:\d{1,2}\s?[:.hH时時點点시][:.]?\s?\d{2}|\d\s?[ap]\.?m\b)", re.I)
_DATE = re.compile(  # looks for a digit first, which most lines have not
    r"(?=\d)(?:\b(?:19|20|25)\d\d\b|[٠-٩۰-۹]{4}|\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{2,4}"
    r"|\d{4}\s?[年년]|\d{1,2}\s?[月월]\s?\d{1,2})"
)
_RULE = re.compile(
    r"^\s*(?:_{5,}|[-=*‐‑–—]{2,}\s?(?P<words>[^\d\s][^\d]{2,60}?)\s?[-=*‐‑–—]{2,}|[-=‐–—]{5,})\s*$"
)
_WROTE = vocabulary.any_of(vocabulary.WROTE, before=r"\b", after=r"(?!\w)")
_WROTE_UNSPACED = vocabulary.any_of(vocabulary.WROTE_UNSPACED)
_FORWARDED = vocabulary.any_of(vocabulary.FORWARDED)
_ORIGINAL = vocabulary.any_of(vocabulary.ORIGINAL)
_FROM_LABELS = vocabulary.words_of(vocabulary.FROM_LABELS)
_OTHER_LABELS = vocabulary.words_of(vocabulary.OTHER_LABELS)
_LABEL = re.compile(
    r"""^\s*[*_]{0,2}
    (?P<label>[^\W\d_][\w\ .'’/()-]{0,24}?)
    [*_]{0,2}\s?[:：][*_]{0,2}
    (?P<value>\s*\S.*|\s*)$""",
    re.VERBOSE,
)
_LONGEST_ATTRIBUTION = 400
_LONGEST_LEAD = 80


def first_cut(lines: Sequence[str], marks: Sequence[Mark], start: int, *, forwarded: bool) -> Cut | None:
    """Find where history begins at or after line `start`; None if all of it is new (or a forward)."""
    for at in range(start, len(lines)):
        line = lines[at]
        if not line or line.isspace():
            continue
        mark = marks[at]
        if mark is Mark.QUOTED:
            if forwarded and _header_block([line.lstrip("> ") for line in lines[at : at + 14]], 0, led=True):
                return None
            return Cut(_loose_attribution(lines, start, at), quote=at)
        if mark is not Mark.CUT and (_is_forward_rule(line) or _leads_a_forward(lines, at)):
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
    line = lines[at].translate(_BIDI).strip()
    if line[:1] in "-=#*_~<" and (line.startswith("##-") or _DELIMITERS.match(line)):
        return Cut(at)
    if line[:1] in "-_=*‐‑–—" and (rule := _RULE.match(line)):
        return _after_rule(lines, at, rule["words"] or "")
    if line[-1:] in ":：" or line.endswith("--") or line[-4:].lower() == "wrote":
        first = _attribution(lines, marks, start, at)
        if first is not None:
            return _after_attribution(marks, lines, first, at)
    if (":" in line[:40] or "：" in line[:20]) and _header_block(lines, at, led=_is_led(lines, start, at)):
        return Cut(at, certain=False)
    return None


def _attribution(lines: Sequence[str], marks: Sequence[Mark], start: int, last: int) -> int | None:
    """The first line of the attribution that ends at line `last`, if there is one."""
    quoted_next = _next_filled(lines, last + 1)
    follows_quote = quoted_next >= 0 and marks[quoted_next] is Mark.QUOTED
    text = ""
    for first in range(last, max(start, last - 4) - 1, -1):
        if not lines[first].strip():
            return None
        text = f"{lines[first].translate(_BIDI).strip()} {text}"
        if len(text) > _LONGEST_ATTRIBUTION:
            return None
        if _is_attribution(text, follows_quote=follows_quote):
            return _beginning(lines, start, first, text)
    return None


def _is_attribution(text: str, *, follows_quote: bool) -> bool:
    date = _DATE.search(text) is not None
    if follows_quote:
        return (date and (_has_address(text) or _TIME.search(text) is not None or _has_wrote(text))) or (
            _has_address(text) and _has_wrote(text)
        )
    if date and (_TIME.search(text) or _has_wrote(text)):
        return _encloses_address(text) or _has_wrote(text)
    return _encloses_address(text) and _has_wrote(text)


def _has_address(text: str) -> bool:
    return "@" in text and _ADDRESS.search(text) is not None


def _encloses_address(text: str) -> bool:
    return "@" in text and _ENCLOSED_ADDRESS.search(text) is not None


def _has_wrote(text: str) -> bool:
    return _WROTE.search(text) is not None or _WROTE_UNSPACED.search(text) is not None


def _beginning(lines: Sequence[str], start: int, first: int, text: str) -> int:
    """An attribution broken over lines may begin above the line that convinced us."""
    for above in range(first - 1, max(start, first - 3) - 1, -1):
        if not lines[above].strip():
            break
        more = lines[above].translate(_BIDI)
        if not _DATE.search(text) and (_DATE.search(more) or _TIME.search(more)):
            return above
        if not _names_somebody(text) and _names_somebody(more):
            return above
    if first > start and _REST_OF_DATE.match(text) and any(map(str.isdigit, lines[first - 1])):
        return first - 1
    return first


def _names_somebody(text: str) -> bool:
    return _has_address(text) or _has_wrote(text)


def _after_attribution(marks: Sequence[Mark], lines: Sequence[str], first: int, last: int) -> Cut:
    """Below an attribution stands either a marked quote, or history to the end."""
    following = _next_filled(lines, last + 1)
    while following >= 0 and marks[following] is Mark.ATTRIBUTION:
        following = _next_filled(lines, following + 1)
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
    text = lines[above].translate(_BIDI).strip()
    if text.endswith((":", "：")):
        return above if _has_address(text) or (_has_wrote(text) and len(text) < 80) else quote
    return (
        above
        if _DATE.search(text) and text.endswith((">", ")")) and _ENCLOSED_ADDRESS.search(text)
        else quote
    )


def _after_rule(lines: Sequence[str], at: int, words: str) -> Cut | None:
    """A rule begins history if it says so or if a header block follows it."""
    if words and (_ORIGINAL.search(words) or _has_wrote(words)):
        return Cut(at, certain=False)
    following = _next_filled(lines, at + 1)
    if following < 0 or following - at > 2:
        return None
    return Cut(at, certain=False) if _header_block(lines, following, led=True) else None


def _is_forward_rule(line: str) -> bool:
    if line.lstrip()[:1] not in "-_=*‐‑–—":
        return False
    rule = _RULE.match(line.translate(_BIDI))
    return bool(rule and rule["words"] and _FORWARDED.search(rule["words"]))


def _leads_a_forward(lines: Sequence[str], at: int) -> bool:
    """ "Begin forwarded message:", in any language, above the header of that message."""
    line = lines[at].translate(_BIDI).strip()
    if line[-1:] not in ":：" or len(line) > _LONGEST_LEAD or not _FORWARDED.search(line):
        return False
    if line.lower().startswith("begin forwarded message"):
        return True
    following = _next_filled(lines, at + 1)
    label = _LABEL.match(lines[following].translate(_BIDI).lstrip("> ")) if following >= 0 else None
    return label is not None and _word(label["label"].strip().lower()) in _FROM_LABELS | _OTHER_LABELS


def _is_led(lines: Sequence[str], start: int, at: int) -> bool:
    """Does the line stand on its own: at the top, or below a blank line?"""
    return at == start or not lines[at - 1].strip()


def _header_block(lines: Sequence[str], at: int, *, led: bool) -> bool:
    """Outlook's "From: / Sent: / To: / Subject:" in any language."""
    labels: list[str] = []
    values: list[str] = []
    blanks = 0
    for line in lines[at : at + 14]:
        text = line.translate(_BIDI)
        if not text.strip():
            blanks += 1
            if blanks > len(labels) or len(labels) > 3:
                break
            continue
        label = _LABEL.match(text)
        if label and not label["value"].startswith("//"):
            labels.append(label["label"].strip().lower())
            values.append(label["value"].strip())
        elif labels and "@" in text:  # more recipients, wrapped
            values[-1] += " " + text
        else:
            break
    if len(labels) < 3 and not (led and len(labels) == 2):
        return False
    return _convinces(labels, values, led=led)


def _convinces(labels: list[str], values: list[str], *, led: bool) -> bool:
    everything = "\n".join(values)
    dated = _DATE.search(everything) is not None
    known = sum(_word(label) in _OTHER_LABELS for label in labels[1:])
    if _word(labels[0]) in _FROM_LABELS and known:
        return known >= 2 or dated or _encloses_address(values[0])
    if known >= 2 and any(_word(label) in _FROM_LABELS for label in labels) and (dated or led):
        return True
    if not (led and dated and _TIME.search(everything)):
        return False
    if len(labels) < 4:  # "Date: … / To: …"
        return known == len(labels) - 1 and _word(labels[0]) in _OTHER_LABELS and _has_address(everything)
    return _encloses_address("\n".join(values[:2]))


def _word(label: str) -> str:
    return label.replace(" ", "") if not label.isascii() and label[0] > "\u2e00" else label.split()[0]


def _next_filled(lines: Sequence[str], start: int) -> int:
    for at in range(start, len(lines)):
        if lines[at].strip():
            return at
    return -1
