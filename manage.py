#!/usr/bin/env python
"""Run a management command; the embedded services come up by themselves where no DATABASE_URL is set."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext

# Commands that never open the database.
OFFLINE = {"collectstatic", "compilemessages", "help", "--help", "makemessages", "spectacular", "version"}


def services_wanted(arguments: list[str]) -> bool:
    if "DATABASE_URL" in os.environ or os.environ.get("HELPDESK_PROFILE") == "production":
        return False
    return bool(arguments) and arguments[0] not in OFFLINE


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    from django.core.management import execute_from_command_line

    services: AbstractContextManager[object] = nullcontext()
    if services_wanted(sys.argv[1:]):
        from helpdesk.embedded import Services

        services = Services(os.environ.get("HELPDESK_PROFILE", "dev")).running()
    with services:
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
