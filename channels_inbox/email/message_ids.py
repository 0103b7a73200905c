"""Message-ID, In-Reply-To and References (RFC 5322, 3.6.4).

Ids are kept without angle brackets and without white space, so that one id is
one string wherever it is met.
"""

from __future__ import annotations

import re

from channels_inbox.email import encoded_words

_IN_BRACKETS = re.compile(r"<([^<>]{1,2000})>")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")
_LONGEST = 998  # bytes, which is a whole line; no program makes longer ones, and no index takes them
_MOST = 200
_PHRASE = re.compile(r'"[^"]*"')


def read(value: str) -> list[str]:
    """All ids of a header, in order; of endless conversations the first and the latest."""
    if "=?" in value:  # long ids, folded by a library that took them for words
        value = encoded_words.decode(value)
    found = _IN_BRACKETS.findall(value)
    if not found:
        found = _PHRASE.sub(" ", value).replace(",", " ").replace("<", " ").replace(">", " ").split()
        if len(found) > 1:
            found = [word for word in found if "@" in word]
    ids = [_BLANKS.sub("", message_id) for message_id in found]
    ids = [message_id for message_id in ids if 0 < len(message_id.encode()) <= _LONGEST]
    return ids if len(ids) <= _MOST else [ids[0], *ids[1 - _MOST :]]


def first(value: str) -> str:
    found = read(value)
    return found[0] if found else ""
