"""Wake a worker once the change is committed. A ring that is lost costs time, never a message: sweeps find the rows."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction

PROCESS_PAYLOADS = "channels_inbox.process_payloads"
SEND_DUE = "channels_inbox.send_due"

logger = logging.getLogger(__name__)


def ring_after_commit(task: str) -> None:
    """Once per transaction, however often it is asked for."""
    connection = transaction.get_connection()
    if not any(getattr(hook[1], "args", None) == (task,) for hook in connection.run_on_commit):
        transaction.on_commit(partial(ring, task))


def ring(task: str) -> None:
    try:
        # By name, because tasks stand above everything else.
        current_app.send_task(task, retry=False, ignore_result=True)
    except Exception:  # whatever the broker's trouble is, the rows are there and the sweep will see them
        logger.warning("Could not ring for %s; the sweep will find what is due.", task, exc_info=True)
