"""A program is killed at each named point of its way: nothing is lost, nothing is doubled."""

from __future__ import annotations

import signal

import pytest

from channels_inbox.models import MessageDelivery
from foundation.faults import FAULT_POINTS
from tests.waiting import until

FETCHER = sorted(point for point in FAULT_POINTS if point.startswith("imap."))
WORKER = sorted(FAULT_POINTS - set(FETCHER) - {"hook.after_commit", "oauth.renewed"})


@pytest.mark.parametrize("point", FETCHER)
def test_fault3_a_fetcher_killed_there_loses_and_doubles_nothing(desk_under_test, start, point):
    desk_under_test.customers_write(6)

    victim = start("fetch", f"{point}=kill@1")
    victim.join(60)
    assert victim.exitcode == -signal.SIGKILL
    start("fetch")
    start("work")
    until(desk_under_test.is_idle)

    desk_under_test.check(kills=1)


@pytest.mark.parametrize("point", WORKER)
def test_fault2_a_worker_killed_there_loses_and_doubles_nothing(desk_under_test, start, point):
    start("fetch")
    desk_under_test.customers_write(4)
    # The second passing, so that something went well before.
    victim = start("work", f"{point}=kill@{1 if point.startswith('intake') else 2}")
    until(lambda: desk_under_test.agent_answers(4) or victim.exitcode is not None)
    victim.join(60)
    assert victim.exitcode == -signal.SIGKILL

    start("work")
    until(desk_under_test.is_idle)

    desk_under_test.check(kills=1)
    in_the_open = {"outbox.before_send", "outbox.after_accept", "outbox.before_mark"}
    assert MessageDelivery.objects.filter(state="in_doubt").count() == (point in in_the_open)
