"""Business time, checked against a reference that knows only the contract."""

# ruff: noqa: DTZ001 (hypothesis takes the bounds of aware datetimes without a zone)

from __future__ import annotations

import struct
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foundation.calendars import EmptyCalendar, WorkingCalendar

OFFICE = {day: [(time(9), time(12, 30)), (time(13), time(17, 30))] for day in range(5)}
ALWAYS = {day: [(time.min, time.max)] for day in range(7)}
DAY = timedelta(days=1)

# Clocks that change at night, at midnight, by half an hour, by a whole day, during Ramadan, or never.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "America/Havana",
]


def reference(zone, windows, holidays, start, end):
    """Resolve every window around the span edge by edge, unite them, and cut out the span."""
    tz, spans = ZoneInfo(zone), []
    day, last = start.astimezone(tz).date() - 4 * DAY, end.astimezone(tz).date() + 4 * DAY
    while day <= last:
        for begins, ends in [] if day in holidays else windows.get(day.weekday(), []):
            ends_on, ends = (day + DAY, time.min) if ends == time.max else (day, ends)
            opened = datetime.combine(day, begins, tzinfo=tz).astimezone(UTC)
            closed = datetime.combine(ends_on, ends, tzinfo=tz).astimezone(UTC)
            spans.append((max(opened, start), min(closed, end)))
        day += DAY
    total, reached = timedelta(), start
    for opened, closed in sorted(spans):
        opened = max(opened, reached)
        if opened < closed:
            total += closed - opened
            reached = closed
    return total.total_seconds()


@st.composite
def windows(draw):
    edges = st.integers(0, 96).map(lambda n: time.max if n == 96 else time(n // 4, n % 4 * 15))
    pair = st.tuples(edges, edges).filter(lambda pair: pair[0] < pair[1])
    return draw(st.dictionaries(st.integers(0, 6), st.lists(pair, min_size=1, max_size=3), min_size=1))


# Years in which the zones above did their strangest.
instants = st.one_of(
    st.datetimes(datetime(1993, 8, 1), datetime(1993, 9, 15), timezones=st.just(UTC)),
    st.datetimes(datetime(2011, 12, 15), datetime(2012, 1, 15), timezones=st.just(UTC)),
    st.datetimes(datetime(2014, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)),
).map(lambda instant: instant.replace(microsecond=instant.microsecond // 250_000 * 250_000))
spans = st.one_of(st.integers(0, 5 * 86_400), st.integers(0, 400 * 86_400)).map(
    lambda s: timedelta(seconds=s)
)
calendars = st.tuples(st.sampled_from(ZONES), windows(), st.lists(st.integers(-5, 400), max_size=6))


def dates_from(start, numbers):
    return [start.date() + number * DAY for number in numbers]


@settings(max_examples=300, deadline=None)
@given(calendars, instants, spans)
@example(("Pacific/Apia", ALWAYS, []), datetime(2011, 12, 29, tzinfo=UTC), timedelta(days=4))
@example(("Pacific/Apia", OFFICE, []), datetime(2011, 12, 28, tzinfo=UTC), timedelta(days=9))
@example(("America/Sao_Paulo", ALWAYS, []), datetime(2018, 11, 3, tzinfo=UTC), timedelta(days=3))
def test_time_between_equals_the_reference(calendar, start, span):
    zone, hours, numbers = calendar
    holidays = dates_from(start, numbers)

    found = WorkingCalendar(zone, hours, holidays).between(start, start + span)

    assert found == reference(zone, hours, holidays, start, start + span)


@settings(max_examples=300, deadline=None)
@given(calendars, instants, st.one_of(st.integers(1, 80 * 3600), st.integers(1, 2000 * 3600)))
def test_adding_gives_the_earliest_instant_by_which_the_time_has_passed(calendar, start, seconds):
    zone, hours, numbers = calendar
    working = WorkingCalendar(zone, hours, dates_from(start, numbers))

    end = working.add(start, seconds)

    assert working.between(start, end) == seconds
    assert working.between(start, end - timedelta(microseconds=1)) < seconds


@settings(max_examples=100, deadline=None)
@given(calendars, st.lists(instants, min_size=3, max_size=3))
def test_time_adds_up_over_any_point_between(calendar, three):
    zone, hours, numbers = calendar
    first, middle, last = sorted(three)
    working = WorkingCalendar(zone, hours, dates_from(first, numbers))

    assert working.between(first, middle) + working.between(middle, last) == working.between(first, last)
    assert working.between(last, first) == -working.between(first, last)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), instants, spans)
def test_a_calendar_that_never_closes_counts_all_time(zone, start, span):
    assert WorkingCalendar(zone, ALWAYS).between(start, start + span) == span.total_seconds()


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-20 16:30", 2, "2026-11-23 10:00"),  # over the weekend
        ("2026-11-20 12:00", 1, "2026-11-20 13:30"),  # over lunch
        ("2026-11-20 16:30", 1, "2026-11-20 17:30"),  # the end of the day, not the next morning
        ("2026-11-21 03:00", 8, "2026-11-23 17:30"),  # written on a Saturday night
        ("2026-12-24 16:30", 2, "2026-12-28 10:00"),  # Christmas on a Friday
    ],
)
def test_a_target_in_office_hours(start, hours, end):
    berlin = ZoneInfo("Europe/Berlin")
    office = WorkingCalendar("Europe/Berlin", OFFICE, [date(2026, 12, 25)])

    due = office.add(datetime.fromisoformat(start).replace(tzinfo=berlin), hours * 3600)

    assert due == datetime.fromisoformat(end).replace(tzinfo=berlin)
    assert due.tzinfo is UTC


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_the_night_of_a_clock_change_is_an_hour_shorter_or_longer(day, hours):
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime.combine(day, time.min, tzinfo=berlin)

    assert WorkingCalendar(berlin, ALWAYS).between(start, start + DAY) == hours * 3600


@pytest.mark.parametrize(
    ("day", "window", "hours"),
    [
        # An edge inside the skipped hour lies an hour later; one inside the repeated hour means its first pass.
        (date(2026, 3, 29), (time(1), time(2, 30)), 1.5),
        (date(2026, 3, 29), (time(2, 30), time(4)), 0.5),
        (date(2026, 3, 29), (time(2, 15), time(3)), 0),
        (date(2026, 10, 25), (time(1), time(2, 30)), 1.5),
        (date(2026, 10, 25), (time(2, 30), time(4)), 2.5),
    ],
)
def test_edges_inside_a_clock_change(day, window, hours):
    calendar = WorkingCalendar("Europe/Berlin", {6: [window]})
    midnight = datetime.combine(day, time.min, tzinfo=ZoneInfo("Europe/Berlin"))

    assert calendar.between(midnight, midnight + DAY) == hours * 3600


def test_windows_that_a_clock_change_pushes_over_each_other_count_once():
    calendar = WorkingCalendar("Europe/Berlin", {6: [(time(1), time(2, 30)), (time(3), time(4))]})
    midnight = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Berlin"))

    assert calendar.between(midnight, midnight + DAY) == 2 * 3600


def test_nothing_passes_in_an_empty_calendar():
    empty = WorkingCalendar("UTC", {})
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)

    assert empty.between(now, now + 30 * DAY) == 0
    assert empty.add(now, 0) == now
    with pytest.raises(EmptyCalendar, match="no working hours"):
        empty.add(now, 1)


def test_what_makes_no_sense_is_refused():
    office = WorkingCalendar("UTC", OFFICE)

    with pytest.raises(ValueError, match="aware"):
        office.between(datetime(2026, 1, 1), datetime(2026, 1, 2))
    with pytest.raises(ValueError, match="forwards"):
        office.add(datetime(2026, 1, 1, tzinfo=UTC), -1)
    with pytest.raises(ValueError, match="end after it begins"):
        WorkingCalendar("UTC", {0: [(time(17), time(9))]})
    with pytest.raises(ValueError, match="weekday"):
        WorkingCalendar("UTC", {7: [(time(9), time(17))]})


def test_no_clock_changes_there_and_back_between_two_midnights():
    """The arithmetic of plain days relies on it, so every zone of the time zone database is asked."""
    short = []
    for name in sorted(available_timezones()):
        moments = transitions(name)
        for (_first, before, _after), (second, _before, after) in pairwise(moments):
            if second - _first < 2 * 86_400 and before == after:
                short.append((name, datetime.fromtimestamp(second, UTC).isoformat()))
    assert short == []


def transitions(name):
    """(moment, offset before, offset after) of each change of a zone, read from its TZif file (RFC 8536)."""
    path = next(found for root in TZPATH if (found := Path(root) / name).is_file())
    data = path.read_bytes()
    assert data[:5] in (b"TZif2", b"TZif3", b"TZif4")
    counts = struct.unpack(">6l", data[20:44])
    skip = counts[3] * 5 + counts[4] * 6 + counts[5] + counts[2] * 8 + counts[1] + counts[0]
    block = data[44 + skip :]
    _ut, _std, _leap, timecnt, typecnt, _chars = struct.unpack(">6l", block[20:44])
    moments = struct.unpack(f">{timecnt}q", block[44 : 44 + 8 * timecnt])
    kinds = block[44 + 8 * timecnt : 44 + 9 * timecnt]
    types = block[44 + 9 * timecnt :]
    offsets = [struct.unpack(">l", types[6 * n : 6 * n + 4])[0] for n in range(typecnt)]
    befores = [offsets[0], *(offsets[kind] for kind in kinds)]
    return [
        (moment, befores[n], offsets[kinds[n]])
        for n, moment in enumerate(moments)
        if befores[n] != offsets[kinds[n]]
    ]
