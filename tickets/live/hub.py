"""One Redis subscription per server process, handed on to all its sockets.

A bell is encoded once however many hear it. Each socket has a short queue of its own: one that does not
keep up is closed and will catch up when it comes back, instead of holding up the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import redis.asyncio
from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils.timezone import now
from redis.exceptions import RedisError

from tickets.live.bells import Bell, Ears, ears_of_all
from tickets.live.presence import Presence, frame

logger = logging.getLogger(__name__)

QUEUED_AT_MOST = 100
RIGHTS_ASKED_EVERY = 3.0  # seconds: who lost a right hears nothing more within five
RECONNECT_AFTER = (0.2, 0.5, 1.0, 2.0, 5.0)
# The subscription was broken: what was rung meanwhile is unknown, so browsers ask the database.
CATCH_UP = json.dumps({"catch_up": True})

TOO_SLOW, NOT_ALLOWED = 4008, 4003


@dataclass(eq=False, slots=True, kw_only=True)
class Socket:
    """One open browser, as the hub sees it."""

    ears: Ears
    session: str
    session_hash: str
    close: Callable[[int], Coroutine[Any, Any, None]]
    window: str = field(default_factory=lambda: secrets.token_hex(4))
    watched: Bell | None = None  # the ticket whose people are shown there, and who may hear of it
    queue: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(QUEUED_AT_MOST))


class Hub:
    def __init__(self) -> None:
        self.sockets: set[Socket] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._subscribed = asyncio.Event()
        self._client: redis.asyncio.Redis | None = None

    @property
    def presence(self) -> Presence:
        if self._client is None:
            self._client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_timeout=2)
        return Presence(self._client)

    async def join(self, socket: Socket) -> None:
        """From now on the socket hears. Waits for the subscription, so that nothing falls between."""
        self.sockets.add(socket)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._watch_rights())]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._subscribed.wait(), timeout=3)

    async def leave(self, socket: Socket) -> None:
        self.sockets.discard(socket)
        if not self.sockets:
            tasks, self._tasks = self._tasks, []
            self._subscribed.clear()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._client is not None:
                await self._client.aclose()
                self._client = None

    def ring(self, bell: Bell) -> None:
        encoded = json.dumps(bell.frame())
        for socket in [socket for socket in self.sockets if socket.ears.hear(bell)]:
            self._hand(socket, encoded)

    # ---- Who else is there

    async def watch(self, socket: Socket, bell: Bell, *, name: str, state: str) -> None:
        """The window shows this ticket. Tell it who else does, and tell them if that is news."""
        if socket.watched and socket.watched.number != bell.number:
            await self.unwatch(socket)
        socket.watched = bell
        ticket, agent = bell.number, socket.ears.agent
        is_news = await self.presence.note(ticket, agent=agent, window=socket.window, name=name, state=state)
        if is_news:
            await self._tell_everywhere(ticket)
        else:
            self._hand(socket, frame(ticket, await self.presence.people(ticket), to=agent))

    async def unwatch(self, socket: Socket) -> None:
        """The window was closed, or shows something else now."""
        watched, socket.watched = socket.watched, None
        if watched is None:
            return
        if await self.presence.leave(watched.number, agent=socket.ears.agent, window=socket.window):
            await self._tell_everywhere(watched.number)

    async def _tell_everywhere(self, ticket: int) -> None:
        assert self._client is not None
        await self._client.publish(settings.LIVE_CHANNEL, json.dumps({"presence": ticket}))

    async def tell_presence(self, ticket: int) -> None:
        """To the windows of this process that show the ticket, as far as they may know of it."""
        there = [each for each in self.sockets if each.watched and each.watched.number == ticket]
        if not there:
            return
        people = await self.presence.people(ticket)
        for socket in there:
            if socket.watched and socket.ears.hear(socket.watched):
                self._hand(socket, frame(ticket, people, to=socket.ears.agent))

    # ---- Handing on

    def _hand(self, socket: Socket, frame: str) -> None:
        try:
            socket.queue.put_nowait(frame)
        except asyncio.QueueFull:
            self._cut(socket, TOO_SLOW)

    def _cut(self, socket: Socket, code: int) -> None:
        self.sockets.discard(socket)
        task = asyncio.create_task(socket.close(code))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    # ---- Listening

    async def _listen(self) -> None:
        failures = 0
        while True:
            try:
                async for data in self._published():
                    failures = 0
                    await self._heard(data)
                    # Bells that came together are read without a pause: let the writers have their turn, or a
                    # burst fills the queues of browsers that are not slow at all.
                    await asyncio.sleep(0)
            except (RedisError, OSError):
                self._subscribed.clear()
                wait = RECONNECT_AFTER[min(failures, len(RECONNECT_AFTER) - 1)]
                logger.warning("The bell is out of reach; trying again in %s s.", wait)
                failures += 1
                await asyncio.sleep(wait)

    async def _heard(self, data: bytes) -> None:
        try:
            if data.startswith(b'{"presence"'):
                await self.tell_presence(json.loads(data)["presence"])
            else:
                self.ring(Bell.loads(data))
        except (ValueError, KeyError, TypeError):  # of another version, during an upgrade
            logger.warning("Could not read what was rung: %.200r", data)

    async def _published(self) -> AsyncIterator[bytes]:
        # redis-py cuts idle connections after five seconds unless it is told not to.
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_timeout=None, health_check_interval=30
        )
        async with client, client.pubsub(ignore_subscribe_messages=False) as channel:
            await channel.subscribe(settings.LIVE_CHANNEL)
            async for message in channel.listen():
                if message["type"] == "subscribe":
                    self._subscribed.set()
                    for socket in list(self.sockets):
                        self._hand(socket, CATCH_UP)
                elif message["type"] == "message":
                    yield message["data"]

    # ---- Rights

    async def _watch_rights(self) -> None:
        while True:
            await asyncio.sleep(RIGHTS_ASKED_EVERY)
            try:
                await self.ask_rights()
            except Exception:  # the database may be away for a while; the next round asks again
                logger.warning("Could not ask for the rights of open sockets.", exc_info=True)

    async def ask_rights(self) -> None:
        """Ask anew who may hear what, and close the sockets of those who may not be here."""
        sockets = list(self.sockets)
        agents = {socket.ears.agent for socket in sockets}
        sessions = {socket.session for socket in sockets}
        ears, living = await database_sync_to_async(_rights)(agents, sessions)
        for socket in sockets:
            known = ears.get(socket.ears.agent)
            if known is None or socket.session not in living or known[1] != socket.session_hash:
                self._cut(socket, NOT_ALLOWED)
            else:
                socket.ears = known[0]


def _rights(agents: set[int], sessions: set[str]) -> tuple[dict[int, tuple[Ears, str]], set[str]]:
    """The ears and the session hash of each active agent, and those sessions that still stand."""
    ears = {
        pk: (its_ears, agent.get_session_auth_hash()) for pk, (its_ears, agent) in ears_of_all(agents).items()
    }
    living = Session.objects.filter(session_key__in=sessions, expire_date__gt=now())
    return ears, set(living.values_list("session_key", flat=True))


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of this server process (of this event loop, to be exact)."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
