"""What did a browser miss? Asked after a broken connection, after sleep, and by those without a socket."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Max, Q
from django.db.models.functions import Now

from accounts.models import Agent
from tickets.live.bells import Bell, ears_of
from tickets.models import TicketEvent

# Numbers are given out when an event is written, but it is seen when its transaction commits: an event with a
# smaller number may appear after one with a larger. So what is young is told once more.
OVERLAP_EVENTS = 1000
OVERLAP_TIME = timedelta(seconds=20)
# Beyond this a browser does better to load its page anew.
TOLD_AT_MOST = 200  # tickets
READ_AT_MOST = 3000  # events


def since(cursor: int, agent: Agent) -> dict[str, Any]:
    """What changed after this event, one frame per ticket, as far as the agent may hear of it.

    `reset` says that it was too much to tell: the page had better fetch all that it shows.
    """
    young = Q(pk__gt=cursor) | Q(created_at__gt=Now() - OVERLAP_TIME)
    found = list(
        TicketEvent.objects.filter(young, pk__gt=cursor - OVERLAP_EVENTS)
        .select_related("ticket")
        .order_by("-pk")[:READ_AT_MOST]
    )
    ears = ears_of(agent)
    bells: dict[int, Bell] = {}
    for bell in map(Bell.of, found):
        if ears.hear(bell):
            bells[bell.number] = bell.and_then(bells[bell.number]) if bell.number in bells else bell
    return {
        "cursor": max([cursor, *(event.pk for event in found)]),
        "events": [bell.frame() for bell in list(bells.values())[:TOLD_AT_MOST]],
        "reset": len(bells) > TOLD_AT_MOST or len(found) == READ_AT_MOST,
    }


def newest() -> int:
    """The number of the newest event: where a page that is being rendered stands."""
    return TicketEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
