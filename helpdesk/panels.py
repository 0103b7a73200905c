"""The settings pages about the desk as a whole, as the column of settings names them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from foundation import settings_index


def register() -> None:
    settings_index.register(
        "settings:desk",
        title=_("Desk"),
        text=_("Name, language, time zone, and how long a sent answer can be taken back."),
        icon="building",
        group="desk",
        permission=Permission.SETTINGS_MANAGE,
        position=10,
        words=(_("undo send seconds theme dark limits largest files attachments size megabytes"),),
    )
    settings_index.register(
        "settings:audit",
        title=_("Who changed what"),
        text=_("Every change of a setting, with the values before and after."),
        icon="history",
        group="repair",
        permission=Permission.AUDIT_READ,
        position=90,
        words=(_("audit log trail history changes"),),
    )
