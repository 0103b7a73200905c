"""When was it sent? The Date header, in the forms that mailers write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_COMMENT = re.compile(r"\([^()]{0,100}\)")
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
    value = _COMMENT.sub(" ", value[:200]).strip()
    if not value:
        return None
    value = _ZONE_WORDS.sub(lambda zone: f"{zone[1][0]}{zone[1][1:].zfill(2)}{zone[2] or '00'}", value)
    value = _SHORT_ZONE.sub(lambda zone: f"{zone[1]}{zone[2].zfill(2)}{zone[3]}", value)
    value = _HALF_DAY.sub(_whole_day, value)
    value = _FRACTION.sub(lambda time: f"{time[1]} +{time['zone']}" if time["zone"] else time[1], value)
    for form in (_rfc, _iso, _rfc_without_zone):
        try:
            moment = form(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if moment is not None:
            return _aware(moment)
    return None


def _rfc(value: str) -> datetime:
    return parsedate_to_datetime(value)


def _rfc_without_zone(value: str) -> datetime:
    """A zone that lies beyond the world is no reason to know nothing."""
    return parsedate_to_datetime(_ANY_ZONE.sub("", value))


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
