"""Ring for every event, once the transaction that handled it is committed: one PUBLISH per ticket."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache

import redis
from django.conf import settings
from django.db import transaction

from tickets.live.bells import Bell
from tickets.models import TicketEvent

logger = logging.getLogger(__name__)

PATIENCE = 2.0  # seconds: a slow Redis must not hold up the desk's reactions


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


class _Ringing:
    """The bells of one transaction."""

    def __init__(self) -> None:
        self.bells: dict[int, Bell] = {}

    def add(self, bell: Bell) -> None:
        earlier = self.bells.get(bell.number)
        self.bells[bell.number] = earlier.and_then(bell) if earlier else bell

    def __call__(self) -> None:
        publish(self.bells.values())


def ring_after_commit(event: TicketEvent) -> None:
    connection = transaction.get_connection()
    waiting = next((hook[1] for hook in connection.run_on_commit if isinstance(hook[1], _Ringing)), None)
    if waiting is None:
        waiting = _Ringing()
        transaction.on_commit(waiting)
    waiting.add(Bell.of(event))


def publish(bells: Iterable[Bell]) -> None:
    """Send bells to every server process. A lost one only costs time: browsers catch up by themselves."""
    try:
        with _redis().pipeline(transaction=False) as pipeline:
            for bell in bells:
                pipeline.publish(settings.LIVE_CHANNEL, bell.dumps())
            pipeline.execute()
    except redis.RedisError:
        logger.warning("Could not ring the bell; browsers will catch up.", exc_info=True)
