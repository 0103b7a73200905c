"""Settings › Agents: who works here, letting somebody go and taking them back."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import agents, api_tokens
from accounts.access import agent_of, allow
from accounts.models import Agent
from accounts.permissions import Permission
from foundation.client_address import client_address
from foundation.errors import HelpdeskError
from tickets.forms import FarewellForm
from tickets.models import UNSOLVED
from tickets.services import farewell


@require_safe
@allow(Permission.AGENTS_MANAGE)
def listed(request: HttpRequest) -> HttpResponse:
    gone = request.GET.get("show") == "gone"
    unsolved = Count(
        "tickets",
        filter=Q(tickets__category__in=UNSOLVED, tickets__trashed_at=None, tickets__merged_into=None),
        distinct=True,
    )
    people = Agent.objects.filter(is_active=not gone).annotate(unsolved=unsolved)
    context = {"people": people.prefetch_related("roles", "teams"), "gone": gone, "me": agent_of(request).pk}
    return render(request, "tickets/agents.html", context)


@require_http_methods(["GET", "POST"])
@allow(Permission.AGENTS_MANAGE)
def let_go(request: HttpRequest, pk: int) -> HttpResponse:
    agent = get_object_or_404(Agent, pk=pk, is_active=True)
    form = FarewellForm(request.POST if request.method == "POST" else None, leaving=agent)
    if request.method == "POST" and form.is_valid():
        try:
            count = farewell.let_go(
                agent, actor=agent_of(request), ip=client_address(request) or None, **form.cleaned_data
            )
        except HelpdeskError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _said(agent, count))
            return redirect("tickets:agents")
    context = {
        "leaving": agent,
        "form": form,
        "unsolved": farewell.open_tickets_of(agent).count(),
        "api_tokens": api_tokens.living(agent),
    }
    return render(request, "tickets/let_go.html", context, status=422 if form.errors else 200)


def _said(agent: Agent, count: int) -> str:
    words = _("%(name)s is signed out everywhere and cannot sign in any more.") % {"name": agent.name}
    if count:
        handed = ngettext("%(count)d ticket was handed over.", "%(count)d tickets were handed over.", count)
        words = f"{words} {handed % {'count': count}}"
    return words


@require_POST
@allow(Permission.AGENTS_MANAGE)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    agent = get_object_or_404(Agent, pk=pk)
    ip = client_address(request) or None
    if agents.reactivate(agent, actor=agent_of(request).as_actor, ip=ip):
        messages.success(
            request, _("%(name)s can sign in again, with the password of before.") % {"name": agent.name}
        )
    return redirect("tickets:agents")
