"""The mail servers of the demo desk, until they are told to stop."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from helpdesk.demo_mail.server import serving
from helpdesk.demo_mail.store import demo_store

PATIENCE_FOR_THE_PORTS = 10.0  # seconds: a run that was just killed needs some to go


class Command(BaseCommand):
    help = "Serve the demo desk's mailboxes by IMAP and SMTP, on this machine only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--imap-port", type=int, default=settings.DEMO_IMAP_PORT)
        parser.add_argument("--smtp-port", type=int, default=settings.DEMO_SMTP_PORT)

    def handle(self, *, host: str, imap_port: int, smtp_port: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("These are the mail servers of the demo desk: set HELPDESK_DEMO=1.")
        deadline = time.monotonic() + PATIENCE_FOR_THE_PORTS
        while True:
            try:
                asyncio.run(self.serve(host, imap_port, smtp_port))
                return
            except ValueError as refusal:
                raise CommandError(str(refusal)) from None
            except OSError as error:
                if time.monotonic() > deadline:
                    raise CommandError(
                        f"{error}. Other ports: set DEMO_IMAP_PORT and DEMO_SMTP_PORT."
                    ) from None
                time.sleep(0.2)

    async def serve(self, host: str, imap_port: int, smtp_port: int) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with serving(demo_store(), host, imap_port, smtp_port) as ports:
            self.stdout.write(f"IMAP on {host}:{ports[0]}, SMTP on {host}:{ports[1]}")
            await stop.wait()
