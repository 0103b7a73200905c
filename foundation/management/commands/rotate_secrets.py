"""Re-encrypt all stored credentials with the first secret of SECRET_KEYRING."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation import secrets


class Command(BaseCommand):
    help = "Re-encrypt all stored credentials with the first secret of SECRET_KEYRING."

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = 0
        for model, field in secrets.encrypted_fields():
            done = secrets.rotate(model, field)
            unreadable += done["unreadable"]
            counts = ", ".join(f"{count} {outcome}" for outcome, count in done.items())
            self.stdout.write(f"{model._meta.label}.{field.name}: {counts}")
        if unreadable:
            raise CommandError(
                f"No secret of SECRET_KEYRING opens {unreadable} of the rows. Keep the old secret in it."
            )
