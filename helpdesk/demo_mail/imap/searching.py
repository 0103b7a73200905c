"""SEARCH: which messages does a client ask for? (RFC 3501, section 6.4.4)"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from helpdesk.demo_mail.imap.selected import Selected
from helpdesk.demo_mail.imap.syntax import Argument, BadCommand, contains, numbers, text
from helpdesk.demo_mail.store import StoredMail

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FLAG_KEYS = {
    "SEEN": "\\Seen",
    "ANSWERED": "\\Answered",
    "FLAGGED": "\\Flagged",
    "DELETED": "\\Deleted",
    "DRAFT": "\\Draft",
}
HEADER_KEYS = ("FROM", "TO", "CC", "SUBJECT")

Test = Callable[[int, StoredMail], bool]


def matching(selected: Selected, criteria: list[Argument]) -> list[tuple[int, StoredMail]]:
    if criteria[:1] == ["CHARSET"]:
        criteria = criteria[2:]
    matches = _all_of(criteria, selected)
    return [(number, mail) for number, mail in selected.numbered() if matches(number, mail)]


def _all_of(criteria: list[Argument], selected: Selected) -> Test:
    rest, tests = list(criteria), []
    while rest:
        tests.append(_next_test(rest, selected))
    return lambda number, mail: all(test(number, mail) for test in tests)


def _next_test(rest: list[Argument], selected: Selected) -> Test:
    """Take one key and what belongs to it from the front."""
    first = rest.pop(0)
    if isinstance(first, list):
        return _all_of(first, selected)
    key = text(first).upper()
    if key == "ALL":
        return lambda number, mail: True
    if flag := FLAG_KEYS.get(key.removeprefix("UN")):
        wanted = not key.startswith("UN")
        return lambda number, mail: (flag in mail.flags) is wanted
    if re.fullmatch(r"[\d*:,]+", key):
        return _in_set(key, selected, by_uid=False)
    try:
        return _test_with_value(key, rest, selected)
    except IndexError:
        raise BadCommand(f"SEARCH {key} needs a value.") from None


def _test_with_value(key: str, rest: list[Argument], selected: Selected) -> Test:
    match key:
        case "NOT":
            inner = _next_test(rest, selected)
            return lambda number, mail: not inner(number, mail)
        case "OR":
            one, other = _next_test(rest, selected), _next_test(rest, selected)
            return lambda number, mail: one(number, mail) or other(number, mail)
        case "UID":
            return _in_set(text(rest.pop(0)), selected, by_uid=True)
        case "KEYWORD" | "UNKEYWORD":
            keyword = text(rest.pop(0))
            return lambda number, mail: (keyword in mail.flags) is (key == "KEYWORD")
        case "SINCE" | "BEFORE" | "ON":
            return _dated(key, _date(text(rest.pop(0))))
        case "HEADER":
            return _in_header(text(rest.pop(0)), text(rest.pop(0)))
        case _ if key in HEADER_KEYS:
            return _in_header(key, text(rest.pop(0)))
    raise BadCommand(f"SEARCH {key} is not served here.")


def _in_set(ranges: str, selected: Selected, *, by_uid: bool) -> Test:
    if not selected.mails:
        return lambda number, mail: False
    wanted = numbers(ranges, selected.mails[-1].uid if by_uid else len(selected.mails))
    return lambda number, mail: contains(wanted, mail.uid if by_uid else number)


def _dated(key: str, day: datetime.date) -> Test:
    match key:
        case "SINCE":
            return lambda number, mail: mail.received_at.date() >= day
        case "BEFORE":
            return lambda number, mail: mail.received_at.date() < day
    return lambda number, mail: mail.received_at.date() == day


def _date(word: str) -> datetime.date:
    try:
        day, month, year = word.split("-")
        return datetime.date(int(year), MONTHS.index(month.lower()) + 1, int(day))
    except ValueError:
        raise BadCommand(f"{word} is not a date such as 1-Feb-2026.") from None


def _in_header(name: str, words: str) -> Test:
    return lambda number, mail: any(
        words.casefold() in str(value).casefold() for value in mail.message.get_all(name, [])
    )
