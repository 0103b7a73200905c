"""The demo mail servers, in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from imapclient import IMAPClient

from helpdesk.demo_mail.server import serving
from helpdesk.demo_mail.store import PASSWORD, Store


@dataclass
class DemoMail:
    store: Store
    imap_port: int
    smtp_port: int

    def open(self, address: str, folder: str = "INBOX") -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.imap_port, ssl=False, timeout=10)
        client.login(address, PASSWORD)
        client.select_folder(folder)
        return client


@pytest.fixture
def demo_mail(tmp_path: Path) -> Iterator[DemoMail]:
    store = Store(tmp_path / "mail")
    ports: list[int] = []
    up, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with serving(store, "127.0.0.1", 0, 0) as found:
            ports.extend(found)
            up.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert up.wait(10)
    yield DemoMail(store, *ports)
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()
