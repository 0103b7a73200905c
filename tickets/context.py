"""What the frame of every agent page shows. Asked for only where a page shows it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Agent
from tickets import navigation
from tickets.live import catch_up

PLACES = {"people": "people", "organizations": "people", "settings": "settings"}


def frame(request: HttpRequest) -> dict[str, Any]:
    agent = getattr(request, "user", None)
    if not isinstance(agent, Agent):
        return {}
    place = PLACES.get(request.path.split("/")[1], "")
    return {
        "nav_groups": SimpleLazyObject(lambda: navigation.groups(agent, current=place)),
        "nav_place": place or "inbox",
        "live_cursor": SimpleLazyObject(catch_up.newest),
    }
