"""Who else has this ticket open, and who is answering it. Kept in Redis alone, for as long as heartbeats come.

A hint, never a lock: nobody is kept from writing, and what was written meanwhile stops a reply anyway.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass

import redis.asyncio
from django.conf import settings

LASTS = 25  # seconds without a heartbeat; browsers send one every ten
VIEWING, REPLYING, GONE = "viewing", "replying", "gone"
STATES = frozenset({VIEWING, REPLYING, GONE})
LONGEST_WORD = 200


@dataclass(frozen=True, slots=True)
class Word:
    """What a browser says: this ticket is open here, and what is done with it."""

    ticket: int
    state: str

    @classmethod
    def parse(cls, text: str | None) -> Word | None:
        """None for what no browser of ours would say."""
        if text is None or len(text) > LONGEST_WORD:
            return None
        try:
            data = json.loads(text)
            word = cls(data["ticket"], data["state"])
        except (ValueError, TypeError, KeyError):
            return None
        is_ours = type(word.ticket) is int and 0 < word.ticket < 2**63 and word.state in STATES
        return word if is_ours else None


@dataclass(frozen=True, slots=True)
class Person:
    agent: int
    name: str
    state: str


class Presence:
    """One hash per ticket; each open window of an agent is a field in it."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self.client = client

    async def note(self, ticket: int, *, agent: int, window: str, name: str, state: str) -> bool:
        """Write down that the window is there still, or how. Returns whether that is news to the others."""
        key, field = self._key(ticket), f"{agent}:{window}"
        before = _read(await self.client.hget(key, field))  # type: ignore[arg-type]
        told = json.dumps([name, state, time.time() + LASTS])
        async with self.client.pipeline(transaction=False) as pipeline:
            pipeline.hset(key, field, told)
            pipeline.expire(key, LASTS * 2)
            await pipeline.execute()
        return before is None or before.state != state

    async def leave(self, ticket: int, *, agent: int, window: str) -> bool:
        return bool(await self.client.hdel(self._key(ticket), f"{agent}:{window}"))

    async def people(self, ticket: int) -> list[Person]:
        """Who is there, each agent once: replying in one window counts more than viewing in another."""
        entries: dict[bytes, bytes] = await self.client.hgetall(self._key(ticket))  # type: ignore[assignment]
        found: dict[int, Person] = {}
        for field, told in entries.items():
            agent = int(field.partition(b":")[0])
            person = _read(told, agent)
            if person and (agent not in found or person.state == REPLYING):
                found[agent] = person
        return sorted(found.values(), key=lambda person: (person.state != REPLYING, person.name))

    @staticmethod
    def _key(ticket: int) -> str:
        return f"{settings.LIVE_CHANNEL}:presence:{ticket}"


def _read(told: bytes | None, agent: int = 0) -> Person | None:
    """None when the window's heartbeat has stopped."""
    if told is None:
        return None
    name, state, until = json.loads(told)
    return Person(agent, name, state) if until > time.time() else None


def frame(ticket: int, people: Iterable[Person], *, to: int) -> str:
    """What a browser of this agent is told: the others."""
    others = [{"name": person.name, "state": person.state} for person in people if person.agent != to]
    return json.dumps({"presence": ticket, "people": others})
