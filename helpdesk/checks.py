"""What must hold before anything of the desk starts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from helpdesk.loopback import is_loopback


def demo_stays_home(**_options: Any) -> list[CheckMessage]:
    """The demo desk has known passwords: it answers under names of this machine, and under no other."""
    names = dict.fromkeys([settings.SITE_HOST, *settings.ALLOWED_HOSTS])
    strange = [name for name in names if not is_loopback(name)]
    if not settings.DEMO or not strange:
        return []
    return [
        Error(
            f"The demo desk would answer under {', '.join(strange)}.",
            hint="Its passwords are known to everybody. Set HELPDESK_DEMO=0, or leave SITE_URL and ALLOWED_HOSTS to"
            " this machine's own names.",
            id="helpdesk.E001",
        )
    ]
