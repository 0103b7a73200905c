"""Migrate the database that DATABASE_URL names and fill it with so many tickets."""

from __future__ import annotations

import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from bench import desk

    call_command("migrate", verbosity=0)
    tickets = int(sys.argv[1])
    started = time.monotonic()
    desk.make(tickets)
    print(f"made a desk of {tickets} tickets in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
