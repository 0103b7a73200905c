"""Doorbells that hang in Redis until a worker hears them."""

from __future__ import annotations

from django.conf import settings
from redis import Redis, RedisError

QUEUE = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}celery"


def unheard() -> int | None:
    """How many wait for a worker; None while Redis does not answer."""
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as redis:
            return int(redis.llen(QUEUE))
    except RedisError:
        return None
