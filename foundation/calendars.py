"""Business time: add and subtract working hours across zones, holidays and clock changes.

A calendar's windows are wall-clock times of its zone. Each edge is resolved to an instant on its own, with
fold=0 (PEP 495), so an edge inside a skipped hour lies as much later as the clock was moved, and an edge
inside a repeated hour means the first pass. Where resolved windows overlap, time counts once.

Most days need none of that: a day is *plain* when its zone keeps one offset around it and it is no
holiday. Plain days are counted by weekday arithmetic; only the others are resolved edge by edge. So a span
of years costs about as much as its holidays and clock changes.

All arithmetic is in whole microseconds since 1970; nothing is rounded.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from foundation.errors import HelpdeskError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
DAY = timedelta(days=1)
# Far enough around an instant to hold every window that can touch it: zones have skipped a whole day.
REACH = timedelta(days=2)

Windows = Mapping[int, Sequence[tuple[time, time]]]
Interval = tuple[int, int]  # microseconds since 1970


class EmptyCalendar(HelpdeskError, ValueError):
    """The calendar has no working hours, so no working time can pass in it."""

    def __init__(self) -> None:
        super().__init__(_("This calendar has no working hours."))


class WorkingCalendar:
    """Working hours of a zone.

    `windows` maps a weekday (0 is Monday) to pairs of wall-clock times; an end of time.max means midnight.
    `holidays` are dates without any working time. Raises ValueError for a window that ends before it begins.
    """

    def __init__(self, zone: tzinfo | str, windows: Windows, holidays: Iterable[date] = ()) -> None:
        self.zone = ZoneInfo(zone) if isinstance(zone, str) else zone
        self.windows = {day: tuple(windows.get(day, ())) for day in range(7)}
        if unknown := set(windows) - set(self.windows):
            raise ValueError(f"No such weekday: {unknown}. Monday is 0, Sunday is 6.")
        self.holidays = frozenset(holidays)
        # What a plain day of each weekday holds, and a week of them.
        self._plain = tuple(_wall_time(self.windows[day]) for day in range(7))
        self._week = sum(self._plain)
        self._years: dict[int, list[date]] = {}
        self._totals: dict[date, int] = {}

    def __repr__(self) -> str:
        return f"<WorkingCalendar {self.zone}, {self._week / SECOND / 3600:g} h a week>"

    def between(self, start: datetime, end: datetime) -> float:
        """Working seconds from one instant to another; negative when the end lies before the start.

        Whole when it is whole (an int), exact to the microsecond otherwise.
        """
        if end < start:
            return -self.between(end, start)
        first, last = self._anchor(start), self._anchor(end)
        worked = self._before(last, _stamp(end)) - self._before(first, _stamp(start))
        worked += self._total(first, last)
        return worked / SECOND if worked % SECOND else worked // SECOND

    def add(self, start: datetime, seconds: float) -> datetime:
        """The earliest instant (UTC) by which so many working seconds have passed since the start.

        Raises EmptyCalendar when no time can pass, ValueError for a negative amount.
        """
        if seconds < 0:
            raise ValueError("Working time is added forwards.")
        if not seconds:
            return start.astimezone(UTC)
        if not self._week:
            raise EmptyCalendar
        day = self._anchor(start)
        left = round(seconds * SECOND) + self._before(day, _stamp(start))
        while True:
            special = self._next_special(day)
            weeks = min((special - day).days // 7, (left - 1) // self._week)
            day, left = day + timedelta(weeks=weeks), left - weeks * self._week
            while day <= special:
                total = self._plain[day.weekday()] if day < special else self._day_total(day)
                if left <= total:
                    return EPOCH + self._at(day, left) * MICROSECOND
                day, left = day + DAY, left - total

    # ---- Days

    def _anchor(self, instant: datetime) -> date:
        """A day so early that all days before it have ended by this instant."""
        if instant.tzinfo is None:
            raise ValueError("Working time is counted between aware datetimes.")
        return instant.astimezone(self.zone).date() - REACH

    def _total(self, first: date, last: date) -> int:
        """Working time of the days from first up to, not including, last."""
        weeks, rest = divmod((last - first).days, 7)
        total = weeks * self._week + sum(self._plain[(first.weekday() + n) % 7] for n in range(rest))
        for year in range(first.year, last.year + 1):
            for day in self._specials(year):
                if first <= day < last:
                    total += self._day_total(day) - self._plain[day.weekday()]
        return total

    def _specials(self, year: int) -> list[date]:
        """The days of a year that weekday arithmetic would count wrongly: holidays, and around clock changes."""
        if year not in self._years:
            days = {day for day in self.holidays if day.year == year}
            self._years[year] = sorted(days | disturbed_days(self.zone, year))
        return self._years[year]

    def _next_special(self, day: date) -> date:
        """The first special day from this one on, or the end of the year where that has no more."""
        specials = self._specials(day.year)
        place = bisect_left(specials, day)
        return specials[place] if place < len(specials) else date(day.year, 12, 31)

    def _day_total(self, day: date) -> int:
        if day not in self._totals:
            self._totals[day] = sum(end - start for start, end in self._own(day))
        return self._totals[day]

    # ---- Windows as instants

    def _own(self, day: date) -> list[Interval]:
        """The day's working time without what earlier days have counted already."""
        spans = _merged(self._resolved(day))
        if not spans or day not in disturbed_days(self.zone, day.year):
            return spans
        return _without(spans, _merged(self._resolved(day - DAY) + self._resolved(day - 2 * DAY)))

    def _resolved(self, day: date) -> list[Interval]:
        if day in self.holidays:
            return []
        edges = (
            (self._instant(day, start), self._instant(day, end)) for start, end in self.windows[day.weekday()]
        )
        return [(start, end) for start, end in edges if start < end]

    def _instant(self, day: date, at: time) -> int:
        day, at = (day + DAY, time.min) if at == time.max else (day, at)
        return _stamp(datetime.combine(day, at, tzinfo=self.zone))

    def _before(self, day: date, stamp: int) -> int:
        """Working time of this day and the four that follow, as far as it lies before an instant."""
        spans = (span for n in range(5) for span in self._own(day + n * DAY))
        return sum(min(end, stamp) - start for start, end in spans if start < stamp)

    def _at(self, day: date, worked: int) -> int:
        """The instant at which so much of the day's own working time has passed."""
        for start, end in self._own(day):
            if worked <= end - start:
                return start + worked
            worked -= end - start
        raise AssertionError("the day is shorter than it was measured")


@lru_cache(maxsize=2048)
def disturbed_days(zone: tzinfo, year: int) -> frozenset[date]:
    """The days of a year whose windows a clock change may move or shorten.

    A clock has changed on a day when the zone's offset differs between its midnight and the next one. (No
    zone changes its clock there and back within a day.) Windows of that day may reach into the two that follow.
    """
    days = [date(year, 1, 1) + n * DAY for n in range(-2, 367)]
    offsets = [datetime.combine(day, time.min, tzinfo=zone).utcoffset() for day in days]
    changed = [day for day, (before, after) in zip(days, pairwise(offsets), strict=False) if before != after]
    return frozenset(near for day in changed for n in range(3) if (near := day + n * DAY).year == year)


def _stamp(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND


def _merged(spans: Iterable[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _without(spans: Iterable[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """Spans less what is taken; both merged."""
    left = []
    for start, end in spans:
        for from_, to in taken:
            if to <= start or from_ >= end:
                continue
            if from_ > start:
                left.append((start, from_))
            start = max(start, to)
        if start < end:
            left.append((start, end))
    return left


def _wall_time(windows: Sequence[tuple[time, time]]) -> int:
    """How long the windows of a plain day are together, in microseconds."""
    midnight = datetime.combine(date.min, time.min)
    edges = []
    for start, end in windows:
        if end <= start:
            raise ValueError(f"A window must end after it begins: {start}–{end}.")
        length = DAY if end == time.max else datetime.combine(date.min, end) - midnight
        edges.append(((datetime.combine(date.min, start) - midnight) // MICROSECOND, length // MICROSECOND))
    return sum(end - start for start, end in _merged(edges))
