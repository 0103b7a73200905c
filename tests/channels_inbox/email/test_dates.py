from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import dates

NINE = datetime(2026, 3, 3, 9, 12, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Tue, 3 Mar 2026 10:12:11 +0100",
        "Tue, 03 Mar 2026 10:12:11 +0100 (CET)",
        "3 Mar 2026 10:12:11 +0100",
        "Tue,3 Mar 2026 09:12:11 GMT",
        "Tue, 3 Mar 26 09:12:11 +0000",
        "Tue, 3 Mar 2026 09:12:11 -0000",
        "Tue, 3 Mar 2026 09:12:11",
        "Tue, 3 Mar 2026 10:12:11 GMT+0100",
        "Tue, 3 Mar 2026 10:12:11 +01:00",
        "Tue Mar  3 09:12:11 2026",
        "2026-03-03 09:12:11",
        "2026-03-03T10:12:11+01:00",
        "2026-03-03T09:12:11.123Z",
        "Tue, 3 Mar 2026 04:12:11 EST",
        "Tue, 3 Mar 2026 4:12:11 AM EST",
        "Tue, 3 Mar 2026 09:12:11 AM +0000",
        "Tue, 3 Mar 2026 09:12:11.123 +0000",
        "Tue, 3 Mar 2026 09:12:11.123 0000",
        "Tue, 3 Mar 2026 09:12:11 -3000",
        "Tue, 3 Mar 2026 10:12:11 +0100;",
        "Tue, 3 Mar 2026 ((tricky) comment) 10:12:11 +0100",
        "mar., 3 mars 2026 10:12:11 +0100",
        "Di, 3 Mrz 2026 10:12:11 +0100",
        "Dienstag, 3. März 2026 10:12:11 +0100",
    ],
)
def test_dates_are_read_in_the_forms_that_mailers_write(written):
    assert dates.read(written) == NINE


@pytest.mark.parametrize("written", ["", "yesterday", "Tue, 99 Foo 2026 10:12", "(" * 500])
def test_what_is_no_date_is_none(written):
    assert dates.read(written) is None


def test_a_leap_second_is_read():
    assert dates.read("Sat, 31 Dec 2016 23:59:60 +0000").second == 59


def test_the_afternoon_is_read():
    assert dates.read("Tue 3 Mar 2026 09:12:11 PM").hour == 21
    assert dates.read("Tue 3 Mar 2026 12:12:11 AM").hour == 0


def test_the_zone_of_the_sender_is_kept():
    assert dates.read("Tue, 3 Mar 2026 10:12:11 +0530").tzinfo == timezone(timedelta(hours=5, minutes=30))


@given(st.text(max_size=60))
def test_a_date_is_aware_or_it_is_none(text):
    moment = dates.read(text)
    assert moment is None or moment.utcoffset() is not None
