"""Is an agent's mail meant for the customer, or for colleagues only?

The rule that agents are told: an answer that begins with #note is a note. All doubt is on the side of silence: what
looks as if it were meant to be a command, however it was mistyped, goes to colleagues and never to the customer.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

UNKNOWN_COMMAND = "“{command}” is no command that the desk knows, so this was not sent to the customer."

# "#note", "/note", "# Note:", and what translators of the word would write.
NOTE = re.compile(r"[#/]\s?(?:notes?|notiz|nota|remarque)\b[ \t]*[:.,;–—-]*", re.IGNORECASE)
# Any other word right behind such a sign: "#nite", "/internal". Numbers and paths are no commands.
COMMAND = re.compile(r"[#/][^\W\d_][\w-]{0,30}(?=[\s:.,;]|$)")
INVISIBLE = frozenset({"Cf", "Cc"})


@dataclass(frozen=True, slots=True)
class Wish:
    is_note: bool
    text: str


def wish_of(text: str) -> Wish:
    """What the agent wants, and their words without the command."""
    plain = _readable(text).strip()
    if found := NOTE.match(plain):
        return Wish(is_note=True, text=plain[found.end() :].strip())
    if found := COMMAND.match(plain):
        return Wish(is_note=True, text=f"{UNKNOWN_COMMAND.format(command=found[0])}\n\n{plain}")
    return Wish(is_note=False, text=plain)


def _readable(text: str) -> str:
    """With a beginning of which all is seen: nothing invisible, no wide forms of East Asian keyboards."""
    head, rest = text.lstrip()[:40], text.lstrip()[40:]
    seen = "".join(c for c in head if c in "\n\t" or unicodedata.category(c) not in INVISIBLE)
    return seen.replace("＃", "#").replace("／", "/").replace("\u00a0", " ") + rest
