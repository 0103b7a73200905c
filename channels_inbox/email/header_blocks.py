"""Outlook's header block above the mail it quotes, in any language: "From: / Sent: / To: / Subject:"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from channels_inbox.email import vocabulary
from channels_inbox.email.line_signs import BIDI, DATE, TIME, encloses_address, has_address

_FROM_LABELS = vocabulary.words_of(vocabulary.FROM_LABELS)
_OTHER_LABELS = vocabulary.words_of(vocabulary.OTHER_LABELS)
FROM = _FROM_LABELS
SUBJECT = vocabulary.words_of(vocabulary.SUBJECT_LABELS)
# What stands in such a block here and there, and tells nothing.
MORE_LABELS = frozenset(
    {"reply-to", "bcc", "cco", "cci", "message-id", "importance", "priority", "attachments", "wichtigkeit"}
)
_LABEL = re.compile(
    r"""^\s*[*_]{0,2}
    (?P<label>[^\W\d_][\w\ .'’/()-]{0,24}?)
    [*_]{0,2}\s?[:：][*_]{0,2}
    (?P<value>\s*\S.*|\s*)$""",
    re.VERBOSE,
)


def is_led(lines: Sequence[str], start: int, at: int) -> bool:
    """Does the line stand on its own: at the top, or below a blank line?"""
    return at == start or not lines[at - 1].strip()


def begins(lines: Sequence[str], at: int, *, led: bool) -> bool:
    """Does a header block begin at line `at`? `led` says that something sets it apart from what stands above."""
    labels: list[str] = []
    values: list[str] = []
    blanks = 0
    for line in lines[at : at + 14]:
        text = line.translate(BIDI)
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
    dated = DATE.search(everything) is not None
    known = sum(_word(label) in _OTHER_LABELS for label in labels[1:])
    timed = dated and TIME.search(everything) is not None
    if _word(labels[0]) in _FROM_LABELS and known:
        return known >= 2 or encloses_address(values[0]) or (timed if len(labels) == 2 else dated)
    if known >= 2 and any(_word(label) in _FROM_LABELS for label in labels) and (dated or led):
        return True
    if not (led and timed):
        return False
    if len(labels) < 4:  # "Date: … / To: …"
        return known == len(labels) - 1 and _word(labels[0]) in _OTHER_LABELS and has_address(everything)
    return encloses_address("\n".join(values[:2]))


@dataclass(frozen=True, slots=True)
class Block:
    """A header block that was read."""

    fields: tuple[tuple[str, str], ...]  # what each label's first word is, and its value
    end: int  # the first line below it

    def value_of(self, labels: frozenset[str]) -> str:
        return next((value for label, value in self.fields if label in labels), "")


def read(lines: Sequence[str], at: int) -> Block:
    """The header block that begins at line `at`, at most twenty lines of it."""
    fields: list[tuple[str, str]] = []
    end = at
    for place in range(at, min(len(lines), at + 20)):
        line = lines[place].translate(BIDI)
        if not line.strip():
            continue
        label = _LABEL.match(line)
        blank_above = place > end
        if label and _word(label["label"].strip().lower()) in _FROM_LABELS | _OTHER_LABELS | MORE_LABELS:
            fields.append((_word(label["label"].strip().lower()), label["value"].strip(" \t*_")))
        elif fields and not blank_above and _goes_on(line, fields[-1]):
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}".strip())
        else:
            break
        end = place + 1
    return Block(tuple(fields), end)


def _goes_on(line: str, field: tuple[str, str]) -> bool:
    """A value that stands below its label, or was wrapped."""
    return not field[1] or line[:1] in " \t" or "@" in line


def _word(label: str) -> str:
    return label.replace(" ", "") if not label.isascii() and label[0] > "\u2e00" else label.split()[0]


def is_label(line: str) -> bool:
    """Is this one line of such a block?"""
    label = _LABEL.match(line.translate(BIDI))
    return label is not None and _word(label["label"].strip().lower()) in _FROM_LABELS | _OTHER_LABELS
