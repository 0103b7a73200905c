"""What must hold before anything of the desk starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

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


def every_language_can_be_spoken(**_options: Any) -> list[CheckMessage]:
    """A language that is offered and cannot be read from a file would be English under another name."""
    folder = Path(settings.LOCALE_PATHS[0])
    files = {
        code: folder / code / "LC_MESSAGES" / "django.po"
        for code, _name in settings.LANGUAGES
        if code != "en"
    }
    stale = [
        code
        for code, file in files.items()
        if not file.with_suffix(".mo").exists()
        or file.with_suffix(".mo").stat().st_mtime < file.stat().st_mtime
    ]
    if not stale:
        return []
    return [
        Warning(
            f"The words of {', '.join(stale)} are not made ready.",
            hint="make .venv/words.stamp, or python -m helpdesk.catalogues compile",
            id="helpdesk.W001",
        )
    ]
