"""The source of a mail as people may look at it: its headers, and the beginning of what follows.

Nothing is interpreted: what made a message unreadable must not harm whoever wants to know why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADERS_SHOWN = 64 * 1024  # bytes
BODY_SHOWN = 32 * 1024
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
FOLD = re.compile(r"\r?\n[ \t]+")
# Marks that turn the direction of text around could make a header read as another one.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Source:
    headers: list[tuple[str, str]]
    body: str
    is_cut: bool


def of(raw: bytes) -> Source:
    end = BLANK_LINE.search(raw[: HEADERS_SHOWN + 4])
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw[:HEADERS_SHOWN], b"")
    is_cut = len(body) > BODY_SHOWN or (end is None and len(raw) > HEADERS_SHOWN)
    return Source(_headers(_text(head)), _text(body[:BODY_SHOWN]), is_cut)


def _headers(text: str) -> list[tuple[str, str]]:
    lines = FOLD.sub(" ", text).splitlines()
    pairs = [line.partition(":") for line in lines if line]
    return [(name, value.strip()) if colon else ("", name) for name, colon, value in pairs]


def _text(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return UNSEEN.sub("�", text)
