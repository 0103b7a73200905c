"""The ticket's page and the parts of it that fetch themselves again."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import agent_of
from accounts.models import Agent
from accounts.redirects import next_page
from foundation import one_trip
from foundation.one_trip import NOTHING, Question, Row
from tickets import details, filters, navigation, reading, surroundings
from tickets.access import get_message, get_ticket
from tickets.composing import composer
from tickets.models import Ticket
from tickets.surroundings import Surroundings
from tickets.timeline import Said, Timeline, arranged
from tickets.timeline import questions as conversation
from tickets.views.inbox import list_context, way_back


@require_safe
@login_required
def ticket(request: HttpRequest, number: int) -> HttpResponse:
    """The whole page; with ?view=… beside the list it was opened from."""
    found = get_ticket(request, number)
    if found.merged_into and request.GET.get("merged") != "show":
        return redirect(found.merged_into)
    return page(request, found)


def page(request: HttpRequest, ticket: Ticket, *, status: int = 200, **more: Any) -> HttpResponse:
    """Render the page of a ticket that was fetched by tickets.access."""
    agent = agent_of(request)
    view = filters.VIEWS.get(request.GET.get("view", ""))
    around, told, previous = _read(request, ticket, agent, details.others(ticket, agent))
    context = {
        "ticket": ticket,
        **_told(request, ticket, told, around),
        "live_cursor": around.newest_event,
        "nav_groups": navigation.groups(agent, current=view.key if view else ""),
        "composer": composer(ticket, agent, around, last_event=told.last_event),
        "client_key": secrets.token_hex(16),
        **details.shown(ticket, agent, around, previous),
        **way_back(request),
        **(list_context(request, view, opened=ticket) if view else {}),
        **more,
    }
    return render(request, "tickets/ticket.html", context, status=status)


def _read(
    request: HttpRequest, ticket: Ticket, agent: Agent, more: Question = NOTHING
) -> tuple[Surroundings, Timeline, list[Row]]:
    """The conversation and what stands around it, and the rows of one question more."""
    everything = request.GET.get("all") == "1"
    stands_around, happened, written, others = one_trip.ask(
        surroundings.question(ticket, agent), *conversation(ticket, everything=everything), more
    )
    around = surroundings.answer(stands_around)
    told = arranged(
        ticket,
        agent,
        (happened, written),
        # What was new when the page was opened stays marked while it is open.
        seen=_number(request.GET.get("seen")) if "seen" in request.GET else around.seen_event,
        has_files=around.has_files,
        everything=everything,
        opened={int(pk) for pk in request.GET.getlist("open") if pk.isdecimal() and len(pk) < 19},
    )
    return around, told, others


def _told(request: HttpRequest, ticket: Ticket, told: Timeline, around: Surroundings) -> dict[str, Any]:
    """The conversation, and the addresses under which it fetches itself again."""
    url = reverse("tickets:timeline", args=[ticket.number])
    seen = request.GET.get("seen") or around.seen_event
    query = {"seen": seen} if seen is not None else {}
    shown = query | ({"all": 1} if told.everything else {})
    return {
        "around": around,
        "timeline": told,
        "timeline_url": f"{url}?{urlencode(shown)}",
        "unfold_url": f"{url}?{urlencode(query | {'all': 1})}",
        "fold_url": f"{url}?{urlencode(query)}",
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


@require_safe
@login_required
def timeline(request: HttpRequest, number: int) -> HttpResponse:
    """The conversation anew."""
    found = get_ticket(request, number)
    agent = agent_of(request)
    around, told, _nothing = _read(request, found, agent)
    context = {"ticket": found, **_told(request, found, told, around), **details.rights(found, agent)}
    return render(request, "tickets/_timeline.html", context)


@require_safe
@login_required
def message(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """One message that was folded, in full."""
    found = get_message(request, number, pk)
    context = {"ticket": found.ticket, "entry": Said(message=found)}
    context |= details.rights(found.ticket, agent_of(request))
    return render(request, "tickets/_message.html", context)


@require_safe
@login_required
def head(request: HttpRequest, number: int) -> HttpResponse:
    found = get_ticket(request, number)
    context = {"ticket": found, **details.of(found, agent_of(request)), **way_back(request)}
    return render(request, "tickets/_head.html", context)


@require_safe
@login_required
def details_pane(request: HttpRequest, number: int) -> HttpResponse:
    found = get_ticket(request, number)
    return render(request, "tickets/_details.html", {"ticket": found, **details.of(found, agent_of(request))})


@require_POST
@login_required
def seen(request: HttpRequest, number: int) -> HttpResponse:
    """The page says what the agent has been shown: not the GET of it, which a browser may do by itself."""
    found = get_ticket(request, number)
    if event := _number(request.POST.get("event")):
        reading.mark_seen(found, agent_of(request), event=event)
    return HttpResponse(status=204)


@require_POST
@login_required
def unread(request: HttpRequest, number: int) -> HttpResponse:
    """Make the last message new again, and go back to the list."""
    reading.mark_unread(get_ticket(request, number), agent_of(request))
    return redirect(next_page(request) or reverse("tickets:inboxes"))
