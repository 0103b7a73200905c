"""The demo desk's mail servers, for tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from helpdesk.demo_mail.server import serving
from helpdesk.demo_mail.store import demo_store


@contextmanager
def mail_servers() -> Iterator[tuple[int, int]]:
    """The demo's IMAP and SMTP servers, in a thread."""
    loop, up = asyncio.new_event_loop(), threading.Event()
    ports: list[int] = []
    stop = asyncio.Event()

    async def serve() -> None:
        async with serving(demo_store(), "127.0.0.1", 0, 0) as found:
            ports.extend(found)
            up.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert up.wait(10)
    try:
        yield ports[0], ports[1]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
