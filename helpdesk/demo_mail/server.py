"""Both servers in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator

from helpdesk.demo_mail import imap, smtp
from helpdesk.demo_mail.store import Store
from helpdesk.loopback import is_loopback

LONGEST_LINE = 1024 * 1024


@contextlib.asynccontextmanager
async def serving(store: Store, host: str, imap_port: int, smtp_port: int) -> AsyncIterator[tuple[int, int]]:
    """IMAP and SMTP inside the block; yields their ports (for 0: those that were free)."""
    if not is_loopback(host):
        raise ValueError(f"The demo mail servers have a known password: they never listen on {host}.")
    sessions: set[asyncio.Task[None]] = set()

    async def session(reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        sessions.add(task)
        try:
            await imap.serve(imap.Connection(store, reader, writer))
        except asyncio.CancelledError:
            pass  # the servers are closing; asyncio would print a trace of it
        finally:
            sessions.discard(task)
            writer.close()

    loop = asyncio.get_running_loop()
    imap_server = await asyncio.start_server(session, host, imap_port, limit=LONGEST_LINE)
    try:
        smtp_server = await loop.create_server(lambda: smtp.protocol(store), host, smtp_port)
    except OSError:
        imap_server.close()
        raise
    try:
        yield imap_server.sockets[0].getsockname()[1], smtp_server.sockets[0].getsockname()[1]
    finally:
        imap_server.close()
        smtp_server.close()
        for task in sessions:
            task.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)
