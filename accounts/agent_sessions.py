"""How long an agent stays signed in: until they have been away for a working day, and never longer than a month."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

IDLE = timedelta(hours=8).total_seconds()
LASTS = timedelta(days=30).total_seconds()
# How often it is written down that an agent is still there.
SEEN_EVERY = timedelta(minutes=10).total_seconds()
SINCE, SEEN = "signed_in_at", "seen_at"


def begin(*, request: HttpRequest, **_signal: Any) -> None:
    """Called at every sign-in, whichever door it was."""
    request.session[SINCE] = request.session[SEEN] = time.time()


def is_over(session: SessionBase) -> bool:
    """True where the agent was away for too long, or signed in too long ago; else it is noted that they are there."""
    moment = time.time()
    since, seen = session.get(SINCE, 0.0), session.get(SEEN, 0.0)
    if moment - since > LASTS or moment - seen > IDLE:
        return True
    if moment - seen > SEEN_EVERY:
        session[SEEN] = moment
    return False
