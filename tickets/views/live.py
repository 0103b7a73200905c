"""What a browser missed while its socket was closed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.access import agent_of
from tickets.live import catch_up


@require_safe
@login_required
def since(request: HttpRequest) -> HttpResponse:
    """The tickets that changed since the event ?cursor=…"""
    cursor = request.GET.get("cursor", "")
    if not cursor.isdecimal() or len(cursor) > 18:
        return JsonResponse({"cursor": catch_up.newest(), "events": [], "reset": True})
    return JsonResponse(catch_up.since(int(cursor), agent_of(request)))
