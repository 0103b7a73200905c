"""While no worker runs, the doorbells of the beat do not fill Redis."""

from __future__ import annotations

import pytest
from django.conf import settings
from redis import Redis

from helpdesk import beat, rings
from helpdesk.celery import app


@pytest.fixture
def broker():
    redis = Redis.from_url(settings.REDIS_URL)
    redis.delete(rings.QUEUE)
    yield redis
    redis.delete(rings.QUEUE)
    redis.close()


def scheduler(tmp_path):
    return beat.Scheduler(app=app, schedule_filename=str(tmp_path / "schedule"))


def test_the_beat_stops_ringing_where_nobody_opens(broker, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(beat, "MOST_UNHEARD", 3)
    ours = scheduler(tmp_path)
    entry = ours.schedule["events"]

    rung = [ours.apply_async(entry, advance=False) is not None for _ in range(5)]

    assert rung == [True, True, True, False, False]
    assert broker.llen(rings.QUEUE) == 3
    assert "No worker answers" in caplog.text

    broker.delete(rings.QUEUE)
    assert ours.apply_async(entry, advance=False) is not None
    ours.close()


def test_an_entry_that_is_not_rung_is_due_again_at_its_next_time(broker, tmp_path, monkeypatch):
    monkeypatch.setattr(beat, "MOST_UNHEARD", 0)
    ours = scheduler(tmp_path)

    for _ in range(20):
        ours.tick()

    assert broker.llen(rings.QUEUE) == 0
    ours.close()


def test_a_redis_that_is_away_is_told_from_an_empty_one(monkeypatch):
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")

    assert rings.unheard() is None


def test_it_is_the_one_that_runs():
    assert app.conf.beat_scheduler == "helpdesk.beat:Scheduler"
