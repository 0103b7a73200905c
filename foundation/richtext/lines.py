"""One-line texts: names, subjects, excerpts."""

from __future__ import annotations

import re
import unicodedata

# Characters that are not seen but change what is seen: controls, marks of writing direction, zero widths,
# invisible operators, tags. Lone surrogates cannot be stored at all.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
JOINERS = "\u200c\u200d"  # real letters of Persian and of Indian scripts, and the glue of emoji
LINE_ENDS = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
ELLIPSIS = "…"


def strip_controls(text: str) -> str:
    """One clean line: nothing invisible, no line ends, single spaces.

    A joiner stays where its script needs it, after a character that has no case; so it can never hide
    inside a Latin, Greek or Cyrillic word.
    """
    if UNSEEN.search(text):
        text = "".join(_seen(text, place) for place in range(len(text)))
    return " ".join(text.split())


def _seen(text: str, place: int) -> str:
    character = text[place]
    if not UNSEEN.match(character):
        return character
    if character in LINE_ENDS:
        return " "
    follows = unicodedata.category(text[place - 1]) if place else ""
    return character if character in JOINERS and follows in ("Lo", "Mn", "Mc", "So", "Sk") else ""


def excerpt(text: str, n: int) -> str:
    """The beginning of a text on one line, at most n characters, cut between words where possible."""
    line = " ".join(text[: 4 * n + 1000].split())
    if len(line) <= n:
        return line
    cut = line[: n - 1]
    head = cut if line[n - 1] == " " else cut.rpartition(" ")[0]
    return (head if len(head) > n // 2 else cut).rstrip(" ,;:–-") + ELLIPSIS
