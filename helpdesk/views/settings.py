"""The pages about the desk as a whole: what there is to set, the desk's own settings, and who changed what."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import agent_of, allow
from accounts.paging import newest_first
from accounts.permissions import Permission
from foundation import desk, settings_index
from foundation.client_address import client_address
from foundation.models import AuditEntry
from helpdesk.forms import DeskForm


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Every page of settings this agent may open, or those that answer the question."""
    question = request.GET.get("q", "").strip()[:80]
    agent = agent_of(request)
    if not settings_index.pages_for(agent.can):
        raise PermissionDenied(
            _("Your role has nothing to set here. Your own preferences are under your name.")
        )
    pages = settings_index.pages_for(agent.can, question)
    return render(request, "settings/home.html", {"pages": pages, "question": question})


@require_http_methods(["GET", "POST"])
@allow(Permission.SETTINGS_MANAGE)
def about_desk(request: HttpRequest) -> HttpResponse:
    form = DeskForm(request.POST if request.method == "POST" else None, current=desk.settings())
    if request.method == "POST":
        ip = client_address(request) or None
        if form.is_valid() and form.save(actor=agent_of(request).as_actor, ip=ip):
            messages.success(request, _("Saved."))
            return redirect("settings:desk")
        return render(request, "settings/desk.html", {"form": form}, status=422)
    return render(request, "settings/desk.html", {"form": form})


@require_safe
@allow(Permission.AUDIT_READ)
def audit_trail(request: HttpRequest) -> HttpResponse:
    """Who changed what, newest first. `about` is one thing ("channels_inbox.inbox:3"), `by` one agent's id."""
    entries = AuditEntry.objects.all()
    about, by = request.GET.get("about", ""), request.GET.get("by", "")
    kind, _colon, key = about.partition(":")
    if kind and key:
        entries = entries.filter(object_type=kind[:80], object_id=key[:64])
    if by.isdecimal() and len(by) < 19:
        entries = entries.filter(actor_id=int(by))
    context = {"page": newest_first(entries, request), "is_narrowed": bool(about or by)}
    return render(request, "settings/audit.html", context)
