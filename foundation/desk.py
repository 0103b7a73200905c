"""The desk's own settings, which an admin changes at run time: its name, language, limits, undo window.

They are read on nearly every request, so each process keeps them for a few seconds. A change is seen at once
by the process that made it, and by the others when their copy has aged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings as django_settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation import audit
from foundation.errors import HelpdeskError
from foundation.models import DeskSetting
from foundation.richtext import strip_controls

FRESH_FOR = 5.0  # seconds
MEGABYTE = 2**20


class SettingRefused(HelpdeskError):
    """A value that the desk cannot have."""

    def __init__(self, name: str, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    name: str = "Help desk"
    language: str = field(default_factory=lambda: django_settings.LANGUAGE_CODE)
    time_zone: str = field(default_factory=lambda: django_settings.TIME_ZONE)
    theme: str = "system"  # system, light or dark: for people who did not choose
    # How long an agent's e-mail waits before it leaves, in seconds. Chat and the like leave at once.
    undo_send_seconds: int = 10
    max_file_bytes: int = 25 * MEGABYTE
    max_message_bytes: int = 50 * MEGABYTE
    max_files: int = 20
    # Where customers find the desk. From the environment, so nobody can bend links by a Host header.
    portal_url: str = field(default_factory=lambda: django_settings.SITE_URL)


_kept: tuple[float, DeskSettings] | None = None


def settings() -> DeskSettings:
    """The desk's settings, at most a few seconds old."""
    kept = _kept
    if kept and time.monotonic() < kept[0]:
        return kept[1]
    return _load()


def forget() -> None:
    """Read from the database next time."""
    global _kept
    _kept = None


def change(actor: audit.Actor | None, *, ip: str | None = None, **values: Any) -> DeskSettings:
    """Change some settings and note who did. Raises SettingRefused for a value the desk cannot have."""
    checked = {name: _checked(name, value) for name, value in values.items()}
    with transaction.atomic():
        before = _load()
        after = replace(before, **checked)
        changes = audit.changes_between(asdict(before), asdict(after))
        for name in changes:
            DeskSetting.objects.update_or_create(
                key=name, defaults={"value": checked[name], "updated_by": actor[1] if actor else ""}
            )
        if changes:
            audit.record(actor=actor, action="desk.changed", changes=changes, ip=ip)
        transaction.on_commit(forget)
    forget()
    return after


def _load() -> DeskSettings:
    global _kept
    found = DeskSettings(**dict(DeskSetting.objects.filter(key__in=CHECKS).values_list("key", "value")))
    _kept = (time.monotonic() + FRESH_FOR, found)
    return found


# ---- What each setting may be


def _checked(name: str, value: Any) -> Any:
    if name not in CHECKS:
        raise TypeError(f"There is no setting {name!r} that can be changed.")
    return CHECKS[name](name, value)


def _line(name: str, value: Any) -> str:
    line = strip_controls(str(value))
    if not 0 < len(line) <= 80:
        raise SettingRefused(name, _("Give it a name of one to 80 characters."))
    return line


def _one_of(allowed: Callable[[], Any]) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        if value not in allowed():
            raise SettingRefused(name, _("Choose one from the list."))
        return str(value)

    return check


def _between(least: int, most: int) -> Callable[[str, Any], int]:
    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            sentence = _("Choose a whole number from %(least)d to %(most)d.")
            raise SettingRefused(name, sentence % {"least": least, "most": most})
        return value

    return check


CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "name": _line,
    "language": _one_of(lambda: dict(django_settings.LANGUAGES)),
    "time_zone": _one_of(available_timezones),
    "theme": _one_of(lambda: ("system", "light", "dark")),
    "undo_send_seconds": _between(0, 60),
    "max_file_bytes": _between(MEGABYTE, 1024 * MEGABYTE),
    "max_message_bytes": _between(MEGABYTE, 1024 * MEGABYTE),
    "max_files": _between(1, 100),
}
