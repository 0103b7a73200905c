"""Why is this message here? For whoever sees the ticket."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import agent_of
from channels_inbox import reasons
from tickets.access import get_message
from tickets.models import Ticket


@require_safe
@login_required
def why(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    message = get_message(request, number, pk)
    # Another ticket is named only to those who see it as well.
    related = Ticket.objects.visible_to(agent_of(request)).filter(number=message.facts.get("may_belong_to"))
    context = {
        "message": message,
        "ticket": message.ticket,
        "sentences": reasons.sentences(message),
        "related": related.first(),
    }
    part = "channels_inbox/_why.html" if request.htmx else "channels_inbox/why.html"  # type: ignore[attr-defined]
    return render(request, part, context)
