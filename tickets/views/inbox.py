"""The lists agents work from."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import agent_of
from accounts.models import Agent
from accounts.permissions import Permission
from tickets import filters, navigation, reading
from tickets.choices import choices
from tickets.filters import Place, View
from tickets.live import catch_up
from tickets.models import Ticket
from tickets.narrowing import Narrowing
from tickets.rows import rows_of
from tickets.views.answers import is_htmx

ROWS_AT_ONCE = 100


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Where signing in leads: what waits."""
    return redirect("tickets:inbox", "open")


@require_safe
@login_required
def inbox(request: HttpRequest, view: str) -> HttpResponse:
    """One list, a page at a time."""
    # Before the rows: what changes from here on, the page hears of.
    cursor = catch_up.newest()
    context = list_context(request, _view(view))
    context |= {"live_cursor": cursor, "nav_groups": navigation.groups(agent_of(request), current=view)}
    return render(request, "tickets/inbox.html", context)


@require_safe
@login_required
def rows(request: HttpRequest, view: str) -> HttpResponse:
    """Some rows of a list anew: those of `ids` that stand in it. What is missing has left it."""
    agent, narrowing = agent_of(request), Narrowing.of(request.GET)
    numbers = [
        int(word) for word in request.GET.get("ids", "").split(",") if word.isdecimal() and len(word) < 19
    ]
    tickets = narrowing.apply(filters.tickets_of(_view(view), agent)).filter(
        number__in=numbers[:ROWS_AT_ONCE]
    )
    shown = list(tickets.for_queue().order_by("-updated_at", "-pk"))
    return HttpResponse(rows_of(shown, reading.marks_of(shown, agent), query=narrowing.query(view=view)))


@require_safe
@login_required
def choose_filters(request: HttpRequest, view: str) -> HttpResponse:
    """What a list can be filtered by: asked for when somebody wants to."""
    template = "tickets/_filters.html" if is_htmx(request) else "tickets/filters.html"
    return render(request, template, {"view": _view(view), "narrowing": Narrowing.of(request.GET)})


@require_safe
@login_required
def views(request: HttpRequest, view: str) -> HttpResponse:
    """The left column anew: its counts."""
    groups = navigation.groups(agent_of(request), current=view)
    return render(request, "components/side_nav.html", {"groups": groups})


def _view(key: str) -> View:
    if key not in filters.VIEWS:
        raise Http404
    return filters.VIEWS[key]


def list_context(request: HttpRequest, view: View, *, opened: Ticket | None = None) -> dict[str, Any]:
    """All that tickets/_list.html shows: for the list's own page, and beside a ticket that was opened from it."""
    agent, narrowing = agent_of(request), Narrowing.of(request.GET)
    page = filters.page_of(
        narrowing.apply(filters.tickets_of(view, agent)).for_queue(),
        before=Place.parse(request.GET.get("before", "")),
        after=Place.parse(request.GET.get("after", "")),
    )
    address = reverse("tickets:inbox", args=[view.key])
    begins = page.newer is None
    query = narrowing.query(view=view.key, before="" if begins else request.GET.get("before"))
    return {
        "view": view,
        "narrowing": narrowing,
        "page": page,
        "tickets": page.tickets,
        "rows": rows_of(
            page.tickets,
            reading.marks_of(page.tickets, agent),
            query=query,
            opened=opened.pk if opened else None,
        ),
        "filters_url": reverse("tickets:filters", args=[view.key]) + narrowing.query(),
        "rows_url": reverse("tickets:rows", args=[view.key]) + narrowing.query(),
        "newer_url": address + narrowing.query(after=page.newer) if page.newer else "",
        "older_url": address + narrowing.query(before=page.older) if page.older else "",
        "begins": begins,
        "solved_as": choices().solved_as,
        "count": filters.counts(agent).get(view.key),
        "list_keys": (("j", _("next")), ("k", _("previous")), ("i", _("take")), ("e", _("solve"))),
        "emptiness": {} if page.tickets else _emptiness(agent, view, narrowing),
    }


def way_back(request: HttpRequest) -> dict[str, str]:
    """The list a ticket was opened from, as it was filtered; and the query that says so."""
    view = filters.VIEWS.get(request.GET.get("view", ""), filters.VIEWS["open"])
    narrowing = Narrowing.of(request.GET)
    before = request.GET.get("before", "") if Place.parse(request.GET.get("before", "")) else ""
    return {
        "list_url": reverse("tickets:inbox", args=[view.key]) + narrowing.query(before=before),
        "list_query": narrowing.query(view=request.GET.get("view") and view.key, before=before),
    }


def _emptiness(agent: Agent, view: View, narrowing: Narrowing) -> dict[str, Any]:
    """Why is there nothing? Filters, no team, no inbox yet; or because all is done, and then what is next."""
    if narrowing:
        chosen = (f"{chip['name']}: {chip['value']}" for chip in narrowing.chips())
        return {"kind": "no_match", "filters": ", ".join(chosen)}
    if not agent.can(Permission.TICKETS_READ_ALL) and not agent.team_ids:
        return {"kind": "no_team"}
    if not Ticket.objects.exists():
        return {"kind": "not_set_up", "may_set_up": agent.can(Permission.INBOXES_MANAGE)}
    waiting = filters.counts(agent)
    for other in (filters.VIEWS[key] for key in ("mine", "unassigned", "open")):
        if other != view and view.is_work and waiting[other.key]:
            return {
                "kind": "done",
                "next": {
                    "name": other.name,
                    "count": filters.shown_count(waiting[other.key]),
                    "url": reverse("tickets:inbox", args=[other.key]),
                },
            }
    return {"kind": "done"}
