"""The beat that stops ringing where nobody opens: while no worker runs, doorbells must not fill Redis.

A ring that is left out costs nothing: what is due stands in PostgreSQL, and the next ring finds it.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry
from django.conf import settings
from redis import Redis, RedisError

logger = logging.getLogger(__name__)

# More than workers that live ever leave unheard; a few hundred kilobytes.
MOST_UNHEARD = 1000
QUEUE = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}celery"


def unheard() -> int:
    """How many rings wait for a worker. 0 while Redis does not answer: ringing then says so itself."""
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as redis:
            return int(redis.llen(QUEUE))
    except RedisError:
        return 0


class Scheduler(PersistentScheduler):
    def apply_async(self, entry: ScheduleEntry, *args: Any, **options: Any) -> Any:
        waiting = unheard()
        if waiting >= MOST_UNHEARD:
            logger.error("No worker answers: %d doorbells are unheard, %s is not rung.", waiting, entry.task)
            return None
        return super().apply_async(entry, *args, **options)
