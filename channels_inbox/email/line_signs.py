"""What single lines of a mail betray: a date, a time, somebody's address."""

from __future__ import annotations

import re
from collections.abc import Sequence

BIDI = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
ADDRESS = re.compile(r"[<(\[\"'‪]?\s?(?:mailto:)?[\w.+%-]{1,80}@[\w-]{1,80}\.[\w.-]{1,80}")
ENCLOSED_ADDRESS = re.compile(r"[<(\[]\s?(?:mailto:)?[\w.+%=/-]{1,80}@[\w-]{1,80}\.[\w.-]{1,80}")
TIME = re.compile(r"(?=\d)(?:\d{1,2}\s?[:.hH时時點点시][:.]?\s?\d{2}|\d\s?[ap]\.?m\b)", re.I)
DATE = re.compile(  # looks for a digit first, which most lines have not
    r"(?=\d)(?:\b(?:19|20|25)\d\d\b|[٠-٩۰-۹]{4}|\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{2,4}"
    r"|\d{4}\s?[年년]|\d{1,2}\s?[月월]\s?\d{1,2})"
)


def has_address(text: str) -> bool:
    return "@" in text and ADDRESS.search(text) is not None


def encloses_address(text: str) -> bool:
    return "@" in text and ENCLOSED_ADDRESS.search(text) is not None


def next_filled(lines: Sequence[str], start: int) -> int:
    """The first line at or after `start` that holds something; -1 if none does."""
    for at in range(start, len(lines)):
        if lines[at].strip():
            return at
    return -1
