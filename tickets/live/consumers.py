"""The socket of an agent's browser. It listens; all it says is which ticket it shows."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth import HASH_SESSION_KEY
from redis.exceptions import RedisError

from accounts.models import Agent
from tickets.live.bells import Bell, Ears, ears_of
from tickets.live.hub import NOT_ALLOWED, Socket, hub
from tickets.live.presence import GONE, Word
from tickets.models import Ticket

LEAST_BETWEEN_WORDS = 0.1  # seconds: a browser says something when somebody begins or stops


class LiveConsumer(AsyncWebsocketConsumer):
    """Signed-in agents only. What they hear is decided by the hub, bell by bell."""

    socket: Socket | None = None
    writer: asyncio.Task[None] | None = None
    heard_at = 0.0

    async def connect(self) -> None:
        agent = self.scope.get("user")
        if not isinstance(agent, Agent) or not agent.is_active:
            # Accepting first lets the browser read the code: it then asks to sign in instead of trying again.
            await self.accept()
            await self.close(NOT_ALLOWED)
            return
        session = self.scope["session"]
        self.socket = Socket(
            ears=await _ears(agent),
            session=session.session_key,
            session_hash=session.get(HASH_SESSION_KEY, ""),
            close=self.close,
        )
        # First the subscription, then the answer: what happens after the browser's catch-up is heard.
        await hub().join(self.socket)
        await self.accept()
        self.writer = asyncio.create_task(self._write(self.socket))

    async def disconnect(self, code: int) -> None:
        if self.writer:
            self.writer.cancel()
        if self.socket:
            with contextlib.suppress(RedisError):
                await hub().unwatch(self.socket)
            await hub().leave(self.socket)
        raise StopConsumer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        word = Word.parse(text_data)
        moment = time.monotonic()
        if word is None or self.socket is None or moment - self.heard_at < LEAST_BETWEEN_WORDS:
            return
        self.heard_at = moment
        with contextlib.suppress(RedisError):  # presence is a hint: without Redis there is none
            await self._show(self.socket, word)

    async def _show(self, socket: Socket, word: Word) -> None:
        if word.state == GONE:
            await hub().unwatch(socket)
        elif bell := await _bell(self.scope["user"], word.ticket):
            await hub().watch(socket, bell, name=self.scope["user"].name, state=word.state)

    async def _write(self, socket: Socket) -> None:
        send: Any = self.base_send
        with contextlib.suppress(OSError, RuntimeError):  # closed while something was on its way
            while True:
                await send({"type": "websocket.send", "text": await socket.queue.get()})


@database_sync_to_async
def _bell(agent: Agent, number: int) -> Bell | None:
    """Who may hear of the ticket, if this agent sees it. Asked anew with every heartbeat."""
    fresh = Agent.objects.filter(pk=agent.pk).first()
    ticket = fresh and Ticket.objects.visible_to(fresh).filter(number=number).first()
    return Bell.about(ticket) if ticket else None


@database_sync_to_async
def _ears(agent: Agent) -> Ears:
    return ears_of(agent)
