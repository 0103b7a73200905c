"""How the ticket's views answer: htmx gets triggers and fragments, a browser without scripts gets a page."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise

from accounts.access import agent_of
from tickets.models import Ticket

# What a change may have altered. Each fetches itself again when it hears "live".
SHOWS_TICKET = ("#ticket-head", "#timeline", "#details-body")


def is_htmx(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]


def toast(
    text: str | Promise, *, level: str = "ok", action: str | Promise = "", action_url: str = ""
) -> dict[str, Any]:
    words = {"text": str(text), "level": level}
    if action:
        words |= {"action": str(action), "action_url": action_url}
    return {"desk:toast": words}


def done(
    request: HttpRequest, ticket: Ticket, *, stale: tuple[str, ...] = SHOWS_TICKET, **events: Any
) -> HttpResponse:
    """It is done. The parts of the page that show it fetch themselves again."""
    if not is_htmx(request):
        return redirect(ticket)
    if not Ticket.objects.visible_to(agent_of(request)).filter(pk=ticket.pk).exists():
        return gone()
    return trigger(HttpResponse(status=204), *stale, **events)


def trigger(response: HttpResponse, *stale: str, **events: Any) -> HttpResponse:
    """Name events for the browser, and the parts of the page that should fetch themselves again."""
    if stale:
        events["desk:stale"] = {"parts": list(stale)}
    # Headers are ASCII: JSON says everything else as \\u escapes.
    response["HX-Trigger"] = json.dumps(events)
    return response


def gone() -> HttpResponse:
    """The change took the ticket out of this agent's sight."""
    response = HttpResponse(status=204)
    response["HX-Redirect"] = "/inbox/"
    return response
