"""An invitation in words, for mails that bring nothing else to read (RFC 5545)."""

from __future__ import annotations

import re

_LONGEST = 100_000
_LINE = re.compile(r"(?im)^(BEGIN|SUMMARY|DTSTART|DTEND|LOCATION|DESCRIPTION)(?:;([^:\n]{0,200}))?:(.*)$")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ZONE = re.compile(r"(?i)TZID=\"?([^;:\"]{1,60})")


def read(calendar: str) -> str:
    """Title, time, place and description of the first event; "" if it names none of them."""
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar[:_LONGEST]).replace("\r", "")
    found: dict[str, tuple[str, str]] = {}
    events = 0
    for name, settings, value in _LINE.findall(unfolded):
        if name.upper() == "BEGIN":
            events += value.strip().upper() in ("VEVENT", "VTODO")
            if events > 1:
                break
        elif events:
            found.setdefault(name.upper(), (settings, _unescaped(value).strip()))
    when = " – ".join(filter(None, (_moment(*found[name]) for name in ("DTSTART", "DTEND") if name in found)))
    head = [found.get("SUMMARY", ("", ""))[1], when, found.get("LOCATION", ("", ""))[1]]
    body = found.get("DESCRIPTION", ("", ""))[1]
    return "\n\n".join(filter(None, ["\n".join(filter(None, head)), body]))


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda pair: "\n" if pair[1] in "nN" else pair[1], value)


def _moment(settings: str, value: str) -> str:
    found = _MOMENT.match(value)
    if not found:
        return ""
    year, month, day, hour, minute, utc = found.groups()
    named = _ZONE.search(settings)
    zone = "UTC" if utc else named[1] if named else ""
    return " ".join(filter(None, [f"{year}-{month}-{day}", f"{hour}:{minute}" if hour else "", zone]))
