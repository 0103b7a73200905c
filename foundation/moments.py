"""Moments as people read them, in the reader's language and zone, each as a <time> that tells all of it."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _


def _clock(local: datetime) -> str:
    return f"{local.hour:02}:{local.minute:02}"


# A list shows fifty moments of a few days, and writing a date in a language takes longer than all else in a row.
@lru_cache(4096)
def _written_day(day: date, form: str, language: str) -> str:
    return formats.date_format(day, form)


def element(moment: datetime, words: str, attribute: str = "") -> SafeString:
    """`attribute` is ours, such as " data-ago"."""
    local = moment.astimezone(timezone.get_current_timezone())
    return _in_zone(local, words, get_language() or "", attribute)


def _in_zone(local: datetime, words: str, language: str, attribute: str = "") -> SafeString:
    day = _written_day(local.date(), "DATE_FORMAT", language)
    # Python's own escape: Django's looks first whether the words are lazy, and a page has dozens of moments.
    full = html.escape(f"{day} {_clock(local)}:{local.second:02} {local.tzname()}")
    moment = local.astimezone(UTC).isoformat()
    return SafeString(f'<time datetime="{moment}" title="{full}"{attribute}>{html.escape(words)}</time>')


def exact(moment: datetime) -> SafeString:
    """The printed moment of a message: "Today 09:14", "Fri 14:05", "12 Sep 09:14", "12 Sep 2025 09:14"."""
    zone, language = timezone.get_current_timezone(), get_language() or ""
    local = moment.astimezone(zone)
    day = _recent_day(local.date(), timezone.now().astimezone(zone).date(), language)
    return _in_zone(local, f"{day} {_clock(local)}", language)


@lru_cache(4096)
def _recent_day(day: date, today: date, language: str) -> str:
    days = (today - day).days
    if days == 0:
        return _("Today")
    if days == 1:
        return _("Yesterday")
    if 1 < days < 7:
        return _written_day(day, "D", language)
    return _written_day(day, "j M" if day.year == today.year else "j M Y", language)


def ago(moment: datetime, *, at: datetime) -> str:
    """How long before `at`, short enough for a list: now, 4 min, 3 h, Fri 14:05, 12 Sep, 12 Sep 2025."""
    minutes, language = int((at - moment).total_seconds() // 60), get_language() or ""
    if minutes < 24 * 60:
        return _short_while(minutes, language)
    zone = timezone.get_current_timezone()
    local, today = moment.astimezone(zone), at.astimezone(zone).date()
    if (today - local.date()).days < 7:
        return f"{_written_day(local.date(), 'D', language)} {_clock(local)}"
    return _written_day(local.date(), "j M" if local.year == today.year else "j M Y", language)


@lru_cache(4096)
def _short_while(minutes: int, language: str) -> str:
    if minutes < 1:
        return _("now")
    if minutes < 60:
        return ngettext("%(count)d min", "%(count)d min", minutes) % {"count": minutes}
    return ngettext("%(count)d h", "%(count)d h", minutes // 60) % {"count": minutes // 60}
