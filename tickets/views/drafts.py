"""Autosaved drafts, and files on their way into one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import agent_of, demand
from accounts.permissions import Permission
from foundation import limits, richtext
from tickets import files
from tickets.access import get_ticket
from tickets.composing import tile_of, tiles_of
from tickets.errors import DraftIsOlder, FileRefused
from tickets.forms import DraftForm
from tickets.models import Draft
from tickets.services import drafts

MAY_WRITE = {Draft.Mode.REPLY: Permission.TICKETS_REPLY, Draft.Mode.NOTE: Permission.TICKETS_NOTE}
UPLOADS_A_MINUTE = 60


@require_http_methods(["GET", "POST", "PUT", "DELETE"])
@login_required
def draft(request: HttpRequest, number: int, mode: str) -> HttpResponse:
    """The agent's own draft in one composer of one ticket."""
    if mode not in Draft.Mode:
        raise Http404
    agent = agent_of(request)
    ticket = get_ticket(request, number, to=MAY_WRITE[Draft.Mode(mode)])
    if request.method == "GET":
        found = Draft.objects.filter(ticket=ticket, agent=agent, mode=mode).first()
        return JsonResponse(
            _shown(found)
            if found
            else {"revision": 0, "html": "", "text": "", "cc": "", "bcc": "", "files": []}
        )
    if request.method == "DELETE":
        drafts.discard(ticket=ticket, agent=agent, mode=mode)
        return HttpResponse(status=204)
    form = DraftForm(
        request.POST if request.method == "POST" else QueryDict(request.body), ticket=ticket, agent=agent
    )
    if not form.is_valid():
        return JsonResponse({"error": form.errors.as_json()}, status=422)
    try:
        saved = drafts.save(
            ticket=ticket,
            agent=agent,
            mode=mode,
            html=form.cleaned_data["html"],
            cc=form.cleaned_data["cc"],
            bcc=form.cleaned_data["bcc"],
            attachments=form.cleaned_data["attachments"],
            revision=form.cleaned_data["revision"] or 0,
        )
    except DraftIsOlder as refused:
        return JsonResponse(_shown(refused.newer), status=409)
    return JsonResponse({"revision": saved.revision})


def _shown(draft: Draft) -> dict[str, Any]:
    return {
        "revision": draft.revision,
        "html": draft.html,
        "text": richtext.to_text(draft.html, links=False),
        "cc": draft.cc,
        "bcc": draft.bcc,
        "files": tiles_of(draft),
    }


@require_POST
@login_required
def upload(request: HttpRequest, number: int) -> HttpResponse:
    """One file of a composer. It belongs to this agent and this ticket until it is sent."""
    agent = agent_of(request)
    ticket = get_ticket(request, number)
    if not (agent.can(Permission.TICKETS_REPLY) or agent.can(Permission.TICKETS_NOTE)):
        demand(agent, Permission.TICKETS_NOTE)
    if not limits.hit(f"upload:{agent.pk}", limit=UPLOADS_A_MINUTE, per=60).allowed:
        return JsonResponse(
            {"error": str(_("That were many files at once. Try again in a minute."))}, status=429
        )
    given = request.FILES.get("file")
    if given is None:
        return JsonResponse({"error": str(_("There is no file."))}, status=400)
    try:
        files.refuse_larger(given.name or "", given.size or 0)
        new = files.NewFile(
            name=given.name or "", content=given.read(), content_type=given.content_type or ""
        )
    except FileRefused as refused:
        return JsonResponse({"error": str(refused)}, status=413)
    [stored] = files.store([new], ticket=ticket, uploaded_by=agent)
    return JsonResponse(tile_of(stored), status=201)
