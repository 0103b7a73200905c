"""The limiter counts in PostgreSQL, by its clock, and cannot be outrun."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from foundation import limits
from foundation.models import RateBucket

pytestmark = pytest.mark.django_db
AGES = 1_000_000_000  # seconds: a window of the clock that does not end while a test runs


def age(key, *, slots=0, **counts):
    """Let time pass: move what was counted some windows back."""
    bucket = RateBucket.objects.get(key=limits._digest(key))
    bucket.slot -= slots
    for name, count in counts.items():
        setattr(bucket, name, count)
    bucket.save()


def test_so_many_and_no_more():
    verdicts = [limits.hit("sign-in:ana", limit=3, per=AGES) for _n in range(5)]

    assert [verdict.allowed for verdict in verdicts] == [True, True, True, False, False]
    assert [verdict.remaining for verdict in verdicts] == [2, 1, 0, 0, 0]
    assert all(verdict.retry_after == 0 for verdict in verdicts[:3])
    assert all(0 < verdict.retry_after <= 2 * AGES for verdict in verdicts[3:])


def test_everybody_is_counted_alone():
    assert limits.hit("ana", limit=1, per=AGES).allowed
    assert limits.hit("bo", limit=1, per=AGES).allowed
    assert not limits.hit("ana", limit=1, per=AGES).allowed


def test_what_is_refused_does_not_count():
    for _n in range(10):
        limits.hit("ana", limit=2, per=AGES)

    assert RateBucket.objects.get().current == 2


def test_looking_does_not_count():
    limits.hit("ana", limit=2, per=AGES)

    assert [limits.peek("ana", limit=2, per=AGES).remaining for _n in range(3)] == [1, 1, 1]
    assert limits.peek("nobody", limit=2, per=AGES) == limits.Verdict(
        allowed=True, remaining=2, retry_after=0
    )


def test_the_window_before_counts_with_the_share_that_is_still_covered():
    per = AGES
    with connection.cursor() as cursor:
        cursor.execute("select extract(epoch from clock_timestamp()) / %s %% 1", [per])
        (passed,) = cursor.fetchone()
    limits.hit("ana", limit=100, per=per)
    age("ana", slots=1, current=100)

    allowed = 0
    while limits.hit("ana", limit=100, per=per).allowed:
        allowed += 1

    assert allowed == int(100 * float(passed))


def test_after_two_windows_all_is_forgotten():
    for _n in range(3):
        limits.hit("ana", limit=3, per=AGES)
    age("ana", slots=2)

    assert limits.hit("ana", limit=3, per=AGES).remaining == 2


def test_a_hit_that_waited_into_the_next_window_is_counted_there():
    limits.hit("ana", limit=3, per=AGES)
    age("ana", slots=-1, current=1, previous=2)

    assert not limits.hit("ana", limit=3, per=AGES).allowed
    assert limits.hit("ana", limit=4, per=AGES).allowed
    assert RateBucket.objects.get().current == 2


@given(st.integers(0, 50), st.integers(0, 50), st.floats(0, 0.999), st.integers(1, 50))
def test_after_the_wait_one_more_is_allowed(current, previous, passed, limit):
    """Arithmetic only: the moment that a refusal names is the first at which there is room."""
    if limits._remaining(current, previous, passed, limit):
        return
    wait = limits._wait(current, previous, passed, limit)

    later = passed + wait + 1e-9
    if later < 1:
        assert current + previous * (1 - later) <= limit - 1 + 1e-6
    else:
        assert current * (1 - (later - 1)) <= limit - 1 + 1e-6


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_none_allows_none(limit):
    assert limits.hit("ana", limit=limit, per=60) == limits.Verdict(
        allowed=False, remaining=0, retry_after=60
    )
    assert limits.peek("ana", limit=limit, per=60).retry_after == 60


@pytest.mark.parametrize("key", ["a\0b", "\ud800", "x" * 100_000, "ana@example.org' or 1=1", ""])
def test_a_key_may_be_whatever_people_type(key):
    assert limits.hit(key, limit=1, per=AGES).allowed
    assert not limits.hit(key, limit=1, per=AGES).allowed

    limits.clear(key)

    assert limits.hit(key, limit=1, per=AGES).allowed


def test_counters_that_no_longer_matter_are_purged():
    limits.hit("old", limit=1, per=60)
    limits.hit("new", limit=1, per=60)
    RateBucket.objects.filter(key=limits._digest("old")).update(expires_at="2020-01-01T00:00:00Z")

    assert limits.purge() == 1
    assert not limits.hit("new", limit=1, per=60).allowed or RateBucket.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_hits_cannot_exceed_the_limit():
    def hammer(_worker):
        try:
            return [limits.hit("ana", limit=25, per=AGES).allowed for _n in range(10)]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        verdicts = [allowed for each in threads.map(hammer, range(10)) for allowed in each]

    assert (len(verdicts), sum(verdicts)) == (100, 25)
    assert RateBucket.objects.get().current == 25
