"""A worker that is up and hears nothing, as Celery leaves it after resets of Redis: it starts itself anew."""

from __future__ import annotations

import pytest
import redis
from celery import current_app
from django.conf import settings

from channels_inbox import doorbell
from tests.reliability.desk_under_test import write_and_ring
from tests.waiting import until

RESETS = 20


def make_deaf() -> None:
    with current_app.connection_for_write() as line:
        control = current_app.control
        control.broadcast("cancel_consumer", {"queue": "celery"}, reply=True, connection=line)


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_fault24_a_deaf_worker_starts_itself_anew(desk_under_test, start_worker, tmp_path, pool):
    worker = start_worker(pool)
    until(write_and_ring(desk_under_test.inbox), unless=worker.poll)
    make_deaf()

    until(write_and_ring(desk_under_test.inbox), unless=worker.poll)
    assert "it starts itself anew" in (tmp_path / "worker.log").read_text()

    broker = redis.Redis.from_url(settings.REDIS_URL)
    for _ in range(RESETS):
        broker.client_kill_filter(_type="normal", skipme=True)
        doorbell.ring(doorbell.PROCESS_PAYLOADS)
    until(write_and_ring(desk_under_test.inbox), unless=worker.poll)
    assert worker.poll() is None
