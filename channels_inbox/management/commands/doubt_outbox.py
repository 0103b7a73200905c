"""After a restore: hold everything that waits to be sent, because it may have left after the backup was made."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from channels_inbox import delivery_claims


class Command(BaseCommand):
    help = "After a restore: hold all mail that waits to be sent, so that nothing leaves twice. Stop the workers first."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{delivery_claims.doubt_everything()} messages are held; each asks a person.")
