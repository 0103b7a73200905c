"""The left column of every agent page: the lists with their counts, and the other places of the desk."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Agent
from accounts.permissions import Permission
from foundation import settings_index
from foundation.page_addresses import page_address
from foundation.side_nav import Group, Link
from tickets import filters


def groups(agent: Agent, *, current: str = "") -> tuple[Group, ...]:
    """`current` is the key of the list that is open."""
    return Group(_lists(agent, current)), Group(_places(agent, current), at_end=True)


def _lists(agent: Agent, current: str) -> tuple[Link, ...]:
    counts = filters.counts(agent)
    return tuple(
        Link(
            page_address("tickets:inbox", view.key),
            str(view.name),
            view.icon,
            counted=filters.shown_count(counts[view.key]) if counts.get(view.key) else "",
            urgent=view.is_urgent,
            current=view.key == current,
        )
        for view in filters.VIEWS.values()
    )


def _places(agent: Agent, current: str) -> tuple[Link, ...]:
    # Their pages stand in other apps, above and below this one, at addresses that are fixed.
    places = (
        ("people", "/people/", _("People"), "users", agent.can(Permission.CUSTOMERS_READ)),
        ("settings", "/settings/", _("Settings"), "settings", bool(settings_index.pages_for(agent.can))),
        ("demo", "/demo/mail/", _("Send a mail to this desk"), "mail-fast", settings.DEMO),
    )
    return tuple(
        Link(url, name, icon, current=key == current) for key, url, name, icon, is_shown in places if is_shown
    )
