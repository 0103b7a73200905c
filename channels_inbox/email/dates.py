"""When was it sent? The Date header, in the forms that mailers write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_NUMBERS = {name: number for number, name in enumerate(_NAMES.split(), 1)}
_BY_THE_BOOK = re.compile(
    r"(?:[A-Z][a-z]{2}, )? ?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)"
    r" ([+-])(\d\d)([0-5]\d)(?: \([^()]*\))?"
)
_COMMENT = re.compile(r"\([^()]{0,100}\)")
_LEAP_SECOND = re.compile(r"(\d:\d\d:)6\d\b")
_MONTH = re.compile(r"^[^\d]{0,20}?(\d{1,2})[.\s-]+([^\W\d_]{3,10})[.\s-]+(?:de\s+)?(?=\d{4}\b)")
# The months of mailers that do not know that a date is written in English, by their first letters
_MONTHS = {
    "Jan": "janv ene gen",
    "Feb": "fév fev feb",
    "Mar": "mär mrz maa mrt mars mars",
    "Apr": "avr abr",
    "May": "mai mei mag",
    "Jun": "juin giu",
    "Jul": "juil lug",
    "Aug": "aoû ago",
    "Sep": "sept set",
    "Oct": "okt out ott",
    "Nov": "nov",
    "Dec": "dez dic déc dec",
}
_IN_ENGLISH = {start: month for month, starts in _MONTHS.items() for start in starts.split()}
_ISO = re.compile(
    r"(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d))?)?(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?"
)
_ZONE_WORDS = re.compile(r"(?:GMT|UTC|UT)\s*([+-]\d\d?):?(\d\d)?\s*$")
_HALF_DAY = re.compile(r"(?i)\b(\d{1,2}):(\d\d)(:\d\d)?\s*([ap])\.?m\b\.?")
_FRACTION = re.compile(
    r"(\d:\d\d)\.\d{1,9}(?=\s|$)(?:\s+(?P<zone>\d{4})\s*$)?"
)  # whose zone may lack its sign
_ANY_ZONE = re.compile(r"[+-]\d{4}\s*$")
_SHORT_ZONE = re.compile(r"([+-])(\d{1,2}):(\d\d)\s*$")


def read(value: str) -> datetime | None:
    """Read a date into an aware datetime; without a zone it is UTC. None if it cannot be read."""
    if (plain := _BY_THE_BOOK.fullmatch(value)) and (moment := _as_written(plain)):
        return moment
    value = value[:200]
    while (bare := _COMMENT.sub(" ", value)) != value:  # comments stand in comments
        value = bare
    value = value.strip(" \t;,.\"'")
    if not value:
        return None
    value = _ZONE_WORDS.sub(lambda zone: f"{zone[1][0]}{zone[1][1:].zfill(2)}{zone[2] or '00'}", value)
    value = _SHORT_ZONE.sub(lambda zone: f"{zone[1]}{zone[2].zfill(2)}{zone[3]}", value)
    value = _HALF_DAY.sub(_whole_day, value)
    value = _FRACTION.sub(lambda time: f"{time[1]} +{time['zone']}" if time["zone"] else time[1], value)
    value = _LEAP_SECOND.sub(r"\g<1>59", value)
    for form in (_rfc, _iso, _rfc_in_english, _rfc_without_zone):
        try:
            moment = form(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if moment is not None:
            return _aware(moment)
    return None


def _as_written(plain: re.Match[str]) -> datetime | None:
    """As nearly all mailers write it; read without a detour."""
    day, month, year, hour, minute, second, sign, hours, minutes = plain.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    try:
        zone = timezone(-offset if sign == "-" else offset)
        moment = datetime(
            int(year), _NUMBERS.get(month, 0), int(day), int(hour), int(minute), int(second), tzinfo=zone
        )
    except ValueError:
        return None
    return _aware(moment)


def _rfc(value: str) -> datetime:
    return parsedate_to_datetime(value)


def _rfc_without_zone(value: str) -> datetime:
    """A zone that lies beyond the world is no reason to know nothing."""
    return parsedate_to_datetime(_ANY_ZONE.sub("", value))


def _rfc_in_english(value: str) -> datetime | None:
    found = _MONTH.match(value)
    word = found[2].lower() if found else ""
    month = next((_IN_ENGLISH[word[:size]] for size in (4, 3) if word[:size] in _IN_ENGLISH), None)
    return parsedate_to_datetime(f"{found[1]} {month} {value[found.end() :]}") if found and month else None


def _whole_day(time: re.Match[str]) -> str:
    hour = int(time[1]) % 12 + (12 if time[4] in "pP" else 0)
    return f"{hour:02}:{time[2]}{time[3] or ''}"


def _iso(value: str) -> datetime | None:
    found = _ISO.search(value)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    zone = found[7]
    if zone and zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        moment = moment.replace(tzinfo=timezone(-offset if zone[0] == "-" else offset))
    return moment


def _aware(moment: datetime) -> datetime | None:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return moment
