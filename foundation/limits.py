"""How often may somebody do this? Counted in PostgreSQL, so it holds when Redis is lost.

A sliding window made of two fixed ones: what happened in the window before counts with the share of it that a
window ending now still covers. So no window of the clock sees more than the limit, and neither does the
long run; right after a burst at the end of one window, the next half may see half the limit again.

One statement decides and counts, under the row's lock and by the database's clock: parallel hits cannot
exceed the limit. Call `hit` outside a transaction that may be rolled back, or the count is rolled back too.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from foundation.models import RateBucket
from foundation.tidying import in_batches


@dataclass(frozen=True, slots=True)
class Verdict:
    allowed: bool
    remaining: int  # how many more would be allowed right now
    retry_after: int  # seconds until one more would be; 0 while allowed


# A hit that waited for the row's lock may come with an older slot than the row has: then it counts in the row's
# slot, as if that had just begun.
CURRENT = "case when excluded.slot > bucket.slot then 0 else bucket.current end"
PREVIOUS = """case when excluded.slot = bucket.slot + 1 then bucket.current
                 when excluded.slot > bucket.slot then 0 else bucket.previous end"""
SHARE = "case when excluded.slot < bucket.slot then 1 else 1 - (select passed from given) end"

HIT = f"""
with clock as (select extract(epoch from clock_timestamp()) / %(per)s as windows),
     given as (select floor(windows)::bigint as slot, windows - floor(windows) as passed from clock)
insert into foundation_ratebucket as bucket (key, slot, current, previous, expires_at)
select %(key)s, slot, 1, 0, to_timestamp((slot + 2) * %(per)s) from given
on conflict (key) do update set
    slot = greatest(bucket.slot, excluded.slot),
    current = {CURRENT} + 1,
    previous = {PREVIOUS},
    expires_at = greatest(bucket.expires_at, excluded.expires_at)
where {CURRENT} + 1 + ({SHARE}) * ({PREVIOUS}) <= %(limit)s
returning current, previous, (select passed from given)
"""  # noqa: S608 (put together from the constants above)

PEEK = """
with clock as (select extract(epoch from clock_timestamp()) / %(per)s as windows)
select case floor(windows)::bigint - slot when 0 then current else 0 end,
       case floor(windows)::bigint - slot when 0 then previous when 1 then current else 0 end,
       windows - floor(windows)
from foundation_ratebucket, clock where key = %(key)s
"""


def hit(key: str, *, limit: int, per: int) -> Verdict:
    """Count one more for this key, if at most `limit` happen in `per` seconds. What is refused is not counted."""
    if limit < 1:
        return Verdict(allowed=False, remaining=0, retry_after=per)
    with connection.cursor() as cursor:
        cursor.execute(HIT, {"key": _digest(key), "limit": limit, "per": per})
        row = cursor.fetchone()
    if row is None:
        refused = peek(key, limit=limit, per=per)
        return Verdict(allowed=False, remaining=0, retry_after=max(1, refused.retry_after))
    current, previous, passed = row
    return Verdict(allowed=True, remaining=_remaining(current, previous, float(passed), limit), retry_after=0)


def peek(key: str, *, limit: int, per: int) -> Verdict:
    """What `hit` would say now, without counting."""
    with connection.cursor() as cursor:
        cursor.execute(PEEK, {"key": _digest(key), "per": per})
        current, previous, passed = cursor.fetchone() or (0, 0, 0)
    remaining = _remaining(current, previous, float(passed), limit)
    if remaining > 0:
        return Verdict(allowed=True, remaining=remaining, retry_after=0)
    wait = _wait(current, previous, float(passed), limit) * per if limit > 0 else per
    return Verdict(allowed=False, remaining=0, retry_after=max(1, math.ceil(wait)))


def clear(key: str) -> None:
    """Forget what was counted, after a sign-in that succeeded for instance."""
    RateBucket.objects.filter(key=_digest(key)).delete()


def give_back(key: str) -> None:
    """Take one hit back: what was counted beforehand turned out to be right."""
    RateBucket.objects.filter(key=_digest(key), current__gt=0).update(current=F("current") - 1)


def purge() -> int:
    """Delete the counters that no longer matter, and return how many."""
    return in_batches(RateBucket.objects.filter(expires_at__lt=Now()))


def _digest(key: str) -> str:
    # Keys are made of addresses people type, of any length and content, and the table need not name anybody.
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=32).hexdigest()


def _remaining(current: int, previous: int, passed: float, limit: int) -> int:
    return max(0, math.floor(limit - current - previous * (1 - passed)))


def _wait(current: int, previous: int, passed: float, limit: int) -> float:
    """In windows: until current + previous × (1 − passed) leaves room for one more."""
    if current < limit:
        return max(0.0, 1 - (limit - 1 - current) / previous - passed)
    return (1 - passed) + (1 - (limit - 1) / current)
