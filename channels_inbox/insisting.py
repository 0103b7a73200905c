"""What we know of the outside world is written down, even where the database restarts just then.

A mail server has taken a message, or has refused it: who learns that and cannot note it leaves a doubt behind that
only a person can resolve. So the note is tried again for a while, on a new connection.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from django.db import InterfaceError, OperationalError, connection

DATABASE_AWAY = (OperationalError, InterfaceError)
INSISTS_FOR, INSISTS_EVERY = 60.0, 0.5  # seconds

Parameters = ParamSpec("Parameters")
logger = logging.getLogger(__name__)


def insisting(note: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """A note that may be written twice, on a database that may be away. Stands outside of transactions."""

    @wraps(note)
    def insist(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        deadline = time.monotonic() + INSISTS_FOR
        while True:
            try:
                return note(*args, **kwargs)
            except DATABASE_AWAY:
                if connection.in_atomic_block or time.monotonic() > deadline:
                    raise
                logger.warning("The database is away; %s is tried again.", note.__name__, exc_info=True)
                connection.close()
                time.sleep(INSISTS_EVERY)

    return insist
