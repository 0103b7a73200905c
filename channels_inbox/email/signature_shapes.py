"""The shapes of signatures that need no mark: "Sent from my iPhone", and the footers of mailing lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels_inbox.email import vocabulary

_MOBILE = vocabulary.any_of(vocabulary.MOBILE_SIGNATURES, before=r"^\s*[<\[(]{0,2}", after=r".{0,80}$")
_MY_OWN = vocabulary.any_of(vocabulary.SENT_FROM_MY, before=r"^\s*[<\[(]{0,2}", after=r"\S.{0,50}$")
_DEVICE = vocabulary.any_of(vocabulary.DEVICES)
_LIST_RULE = re.compile(r"^\s*_{30,}\s*$")
_LONGEST_MOBILE = 120


def is_mobile_signature(line: str) -> bool:
    """ "Sent from my iPhone", in the languages that phones speak."""
    if len(line) >= _LONGEST_MOBILE:
        return False
    if _MY_OWN.match(line) is not None:
        return True
    return _MOBILE.match(line) is not None and _DEVICE.search(line) is not None


def is_list_footer(lines: Sequence[str], at: int, end: int) -> bool:
    """The long rule, the list's name and its address that mailing lists put under every mail."""
    if end - at > 12 or not _LIST_RULE.match(lines[at]):
        return False
    rest = [line for line in lines[at + 1 : end] if line.strip()]
    return 0 < len(rest) <= 6 and any("http" in line for line in rest)
