"""A worker that looks after itself: a thread beside it notices when no ring reaches it any more.

Celery can lose its consumer when connections to Redis are reset; such a worker is up, answers pings and hears
nothing. Where rings wait, a hand is free and none was taken for WORKER_DEAF_AFTER_SECONDS, it starts itself anew.
While Redis is away nobody rings at all: then the sweeps run here, so that mail goes in and out all the same.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from celery import current_app, signals
from celery.worker import state

LOOKS_EVERY = 5.0  # seconds
SWEEPS = ("tickets.process_events", "channels_inbox.process_payloads", "channels_inbox.send_due")
# What is in hand may end before the worker starts anew; tasks last 120 seconds at most.
HANDS_ARE_FREE_AFTER = 130.0

logger = logging.getLogger(__name__)


class Watch(threading.Thread):
    def __init__(self, consumer: Any, *, deaf_after: float) -> None:
        super().__init__(name="worker watch", daemon=True)
        self.consumer, self.deaf_after = consumer, deaf_after
        self.heard_at = time.monotonic()
        self.all_well_at = self.heard_at

    def hear(self, **_told: object) -> None:
        """A ring was taken."""
        self.heard_at = time.monotonic()

    def run(self) -> None:
        while True:
            time.sleep(min(LOOKS_EVERY, self.deaf_after / 4))
            try:
                self.look()
            except Exception:  # whatever is wrong, it must go on looking
                logger.exception("Looking after the worker failed.")

    def look(self) -> None:
        from helpdesk.rings import unheard

        waiting, now = unheard(), time.monotonic()
        if waiting is None:
            self.all_well_at = now
            sweep()
            return
        if not waiting or self._hands_are_full():
            self.all_well_at = now
        if now - max(self.heard_at, self.all_well_at) >= self.deaf_after:
            logger.error("%d rings wait and none reaches this worker: it starts itself anew.", waiting)
            self._put_down()
            start_anew()

    def _hands_are_full(self) -> bool:
        return len(state.reserved_requests) >= self.consumer.controller.concurrency

    def _put_down(self) -> None:
        deadline = time.monotonic() + HANDS_ARE_FREE_AFTER
        while state.reserved_requests and time.monotonic() < deadline:
            time.sleep(0.1)
        with suppress(Exception):  # it goes in any case, and its processes must not stay
            self.consumer.pool.terminate()


def sweep() -> None:
    """What the beat would have rung for."""
    from django.db import close_old_connections

    for name in SWEEPS:
        try:
            current_app.tasks[name]()
        except Exception:  # the database may be away as well
            logger.warning("Sweeping without Redis: %s failed.", name, exc_info=True)
        close_old_connections()


def start_anew() -> None:
    """The same program, the same process id: nobody has to watch over it."""
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 (what it was started with)


@signals.worker_ready.connect
def watch(sender: Any, **_told: object) -> None:
    from django.conf import settings

    beside = Watch(sender, deaf_after=settings.WORKER_DEAF_AFTER_SECONDS)
    signals.task_received.connect(beside.hear, weak=False)
    beside.start()
