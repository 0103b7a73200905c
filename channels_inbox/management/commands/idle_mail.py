"""Watch the mailboxes of all inboxes, and fetch mail the moment it comes. Runs until it is told to stop."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from channels_inbox.email.idle import Supervisor


class Command(BaseCommand):
    help = "Watch the mailboxes of all inboxes, and fetch mail the moment it comes."

    def handle(self, **options: Any) -> None:
        supervisor = Supervisor()

        def stop(number: int, frame: FrameType | None) -> None:
            supervisor.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        supervisor.run()
