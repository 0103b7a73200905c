"""A cache in Redis that may be away: then nothing is found, nothing is kept, and the pages are there all the same.

After a failure it is left alone for some seconds, so that a page does not wait for each thing it asks.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

LEFT_ALONE_FOR = 3.0  # seconds

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
Ask = Callable[Concatenate["ForgetfulCache", Parameters], Answer]
logger = logging.getLogger(__name__)


def or_else(fallback: Callable[..., Any]) -> Callable[[Ask[Parameters, Answer]], Ask[Parameters, Answer]]:
    """What is answered while Redis is away, made of the same arguments."""

    def decorate(ask: Ask[Parameters, Answer]) -> Ask[Parameters, Answer]:
        @wraps(ask)
        def asked(self: ForgetfulCache, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
            if time.monotonic() >= ForgetfulCache.away_until:
                try:
                    return ask(self, *args, **kwargs)
                except RedisError:
                    logger.warning("Redis is away; pages do without what it kept.", exc_info=True)
                    ForgetfulCache.away_until = time.monotonic() + LEFT_ALONE_FOR
            answer: Answer = fallback(*args, **kwargs)
            return answer

        return asked

    return decorate


class ForgetfulCache(RedisCache):
    away_until = 0.0  # on the clock of time.monotonic; Django makes a cache for each thread

    @or_else(lambda *_args, **_kwargs: False)
    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(super().add(key, value, timeout, version))

    @or_else(lambda _key, default=None, version=None: default)
    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return super().get(key, default, version)

    @or_else(lambda *_args, **_kwargs: None)
    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        super().set(key, value, timeout, version)

    @or_else(lambda *_args, **_kwargs: False)
    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return bool(super().touch(key, timeout, version))

    @or_else(lambda *_args, **_kwargs: False)
    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(super().delete(key, version))

    @or_else(lambda *_args, **_kwargs: {})
    def get_many(self, keys: Any, version: int | None = None) -> dict:
        return dict(super().get_many(keys, version))

    @or_else(lambda *_args, **_kwargs: False)
    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(super().has_key(key, version))

    @or_else(lambda data, *_args, **_kwargs: list(data))
    def set_many(self, data: dict, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list:
        return list(super().set_many(data, timeout, version))

    @or_else(lambda *_args, **_kwargs: None)
    def delete_many(self, keys: Any, version: int | None = None) -> None:
        super().delete_many(keys, version)

    @or_else(lambda *_args, **_kwargs: None)
    def clear(self) -> None:
        super().clear()
