"""The desk, served for real: HTTP and websockets from a thread of the test process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

Scope = MutableMapping[str, Any]
Channel = Callable[..., Awaitable[Any]]


class LiveDesk:
    def __init__(self) -> None:
        from helpdesk.asgi import application

        self._application = application
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._answering = 0
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.websocket_url = f"ws://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._count,
                interface="asgi3",
                log_level="warning",
                loop="asyncio",
                ws="websockets-sansio",
                timeout_graceful_shutdown=2,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="live-desk", daemon=True
        )

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("The live desk did not start.")
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()

    def settle(self) -> None:
        """Wait until no request is being answered: the tables are emptied after each test."""
        deadline = time.monotonic() + 10
        while self._answering and time.monotonic() < deadline:
            time.sleep(0.01)

    async def _count(self, scope: Scope, receive: Channel, send: Channel) -> None:
        if scope["type"] != "http":
            return await self._application(scope, receive, send)
        self._answering += 1
        try:
            await self._application(scope, receive, send)
        finally:
            self._answering -= 1
        return None
