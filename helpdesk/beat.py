"""The beat that stops ringing where nobody opens: while no worker runs, doorbells must not fill Redis.

A ring that is left out costs nothing: what is due stands in PostgreSQL, and the next ring finds it.
"""

from __future__ import annotations

import logging
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry

from helpdesk.rings import unheard

logger = logging.getLogger(__name__)

# More than workers that live ever leave unheard; a few hundred kilobytes.
MOST_UNHEARD = 1000


class Scheduler(PersistentScheduler):
    def apply_async(self, entry: ScheduleEntry, *args: Any, **options: Any) -> Any:
        waiting = unheard() or 0  # ringing says so itself where Redis does not answer
        if waiting >= MOST_UNHEARD:
            logger.error("No worker answers: %d doorbells are unheard, %s is not rung.", waiting, entry.task)
            return None
        return super().apply_async(entry, *args, **options)
