"""The trunk's own pages of settings, as the column of settings names them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from foundation import settings_index


def register() -> None:
    settings_index.register(
        "tickets:agents",
        title=_("Agents"),
        text=_("Who works here; let somebody go, take them back."),
        icon="users",
        group="people",
        permission=Permission.AGENTS_MANAGE,
        position=10,
        words=(_("agent colleague user deactivate reactivate leave remove sign out handover team role"),),
    )
