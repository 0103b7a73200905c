"""The demo desk, from one command. Does nothing where it stands already."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from accounts.models import Agent
from helpdesk.demo import loader


class Command(BaseCommand):
    help = (
        "Make the demo desk: people, conversations in many languages, inboxes. Once; needs HELPDESK_DEMO=1."
    )

    def handle(self, *, verbosity: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo desk has known passwords: it is only made with HELPDESK_DEMO=1.")
        if loader.is_made():
            if verbosity:
                self.stdout.write("The demo desk stands already.")
            return
        if Agent.objects.exists():
            raise CommandError("This desk has people of its own; the demo desk needs an empty one.")
        began = time.monotonic()
        made = loader.make(now())
        if verbosity:
            seconds = time.monotonic() - began
            self.stdout.write(f"{made.tickets} tickets of {made.customers} customers in {seconds:.1f} s.")
