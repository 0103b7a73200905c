"""Throw away what has had its time: each sweep by itself, in small batches, so that nothing waits behind it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import QuerySet

logger = logging.getLogger(__name__)

Sweep = Callable[[], int]
AT_ONCE = 1000
BATCHES = 100  # in one turn; the next hour goes on


def in_batches(rows: QuerySet[Any, Any]) -> int:
    """Delete these rows, a thousand in a transaction and at most a hundred thousand in a turn. Returns how many."""
    deleted = 0
    for _batch in range(BATCHES):
        keys = list(rows.order_by().values_list("pk", flat=True)[:AT_ONCE])
        if keys:
            # What is asked again stays asked: a row that changed meanwhile is judged anew.
            rows.filter(pk__in=keys).delete()
            deleted += len(keys)
        if len(keys) < AT_ONCE:
            break
    return deleted


def run(sweeps: Iterable[Sweep]) -> dict[str, int]:
    """Everything that is due. A sweep that fails does not keep the others from their work."""
    swept = {}
    for sweep in sweeps:
        name = f"{sweep.__module__}.{sweep.__name__}"
        try:
            swept[name] = sweep()
        except Exception:  # each stands alone; the next hour tries again
            logger.exception("%s failed.", name)
    return swept
