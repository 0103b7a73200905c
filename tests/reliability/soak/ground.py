"""Servers of the soak's own, to be killed: PostgreSQL, Valkey and mail; their addresses go into the environment."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import django
from django.core.management import call_command

from helpdesk.embedded import Services
from tests.mailservers import MailServers, running_mail_servers

LEASE = 5  # seconds until somebody takes over what a dead program held; 120 in production
SENDING_LEASE = 10


@dataclass(frozen=True, slots=True)
class Ground:
    home: Path
    services: Services
    mail: MailServers


@contextmanager
def ground() -> Iterator[Ground]:
    """A migrated desk without people, on servers that nobody else has."""
    # Not below a closed directory: root runs PostgreSQL and Dovecot as `nobody`.
    with tempfile.TemporaryDirectory(prefix="soak-", dir="/tmp") as home, running_mail_servers() as mail:
        Path(home).chmod(0o755)
        services = Services("test", base=Path(home))
        try:
            services.start()
            os.environ |= _environment(Path(home), services, mail)
            django.setup()
            logging.disable(logging.CRITICAL)  # the SMTP server tells of each client that was killed
            call_command("migrate", verbosity=0)
            yield Ground(Path(home), services, mail)
        finally:
            services.stop()


def _environment(home: Path, services: Services, mail: MailServers) -> dict[str, str]:
    return {
        "HELPDESK_PROFILE": "test",
        "HELPDESK_FAULTS": "",
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "MEDIA_ROOT": str(home / "media"),
        "SSL_CERT_FILE": str(mail.certificate),
        "CLAIM_LEASE_SECONDS": str(LEASE),
        "SENDING_LEASE_SECONDS": str(SENDING_LEASE),
        "PYTHONWARNINGS": "ignore",
        "LOG_LEVEL": "ERROR",
    }
