"""Messages that were held or set aside: look at them without danger, and decide, one by one or many at once."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import agent_of, allow
from accounts.paging import newest_first
from accounts.permissions import Permission
from channels_inbox import quarantine, source
from channels_inbox.forms import ReasonForm
from channels_inbox.models import InboundPayload
from channels_inbox.models.payload import InboundPayloadQuerySet
from channels_inbox.views.originals import OriginalGone, as_download, raw_of
from foundation import audit, settings_index
from foundation.client_address import client_address
from foundation.errors import HelpdeskError
from tickets.models import Ticket

State = InboundPayload.State
# What the page can show: held for a decision, and set aside for a reason.
SHOWN = {"held": InboundPayload.HELD, "ignored": (State.IGNORED,)}
MOST_AT_ONCE = 200


@require_safe
@allow(Permission.QUARANTINE_MANAGE)
def listed(request: HttpRequest) -> HttpResponse:
    shown = request.GET.get("show", "held")
    rows = _rows().filter(state__in=SHOWN.get(shown, InboundPayload.HELD))
    context = {"page": newest_first(rows, request), "shown": shown, "reason": ReasonForm()}
    return render(request, "channels_inbox/quarantine.html", context)


def _rows() -> InboundPayloadQuerySet:
    rows: InboundPayloadQuerySet = InboundPayload.objects.for_list()
    return rows


@require_safe
@allow(Permission.QUARANTINE_MANAGE)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    payload = _decidable(pk)
    try:
        preview = source.of(raw_of(payload))
    except OriginalGone:
        preview = None
    mine = Ticket.objects.visible_to(agent_of(request))
    ticket = mine.filter(pk=payload.ticket_id).first() if payload.ticket_id else None
    context = {"payload": payload, "source": preview, "ticket": ticket, "reason": ReasonForm()}
    return render(request, "channels_inbox/held.html", context)


@require_safe
@allow(Permission.QUARANTINE_MANAGE)
def raw(request: HttpRequest, pk: int) -> HttpResponse:
    payload = _decidable(pk)
    response = as_download(payload, name=f"held-{pk}.eml")
    audit.record(
        actor=agent_of(request).as_actor,
        action="payload.downloaded",
        obj=payload,
        ip=client_address(request) or None,
    )
    return response


def _decidable(pk: int) -> InboundPayload:
    """What has become a message is shown with its ticket, to those who may see that."""
    shown = [state for states in SHOWN.values() for state in states]
    return get_object_or_404(InboundPayload.objects.select_related("inbox", "ticket"), pk=pk, state__in=shown)


# ---- Decisions


@require_POST
@allow(Permission.QUARANTINE_MANAGE)
def decide(request: HttpRequest) -> HttpResponse:
    """Do one thing with the chosen messages. Those that somebody else decided about meanwhile are named."""
    if request.POST.get("do") == "read_all":
        _read_all(request)
        return redirect("channels_inbox:quarantine")
    chosen = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19][:MOST_AT_ONCE]
    payloads = list(_rows().filter(pk__in=chosen).order_by("pk"))
    decision = DECISIONS.get(request.POST.get("do", ""))
    if not payloads or decision is None:
        messages.warning(request, _("Choose at least one message, and what to do with it."))
    else:
        _carry_out(request, payloads, decision)
    return redirect("channels_inbox:quarantine")


def _carry_out(request: HttpRequest, payloads: list[InboundPayload], decision: Decision) -> None:
    actor, reason = agent_of(request).as_actor, ReasonForm(request.POST)
    if decision is _discard and not reason.is_valid():
        messages.error(request, _("Say why: the reason is kept with the message."))
        return
    words = reason.cleaned_data["reason"] if reason.is_valid() else ""
    done = 0
    for payload in payloads:
        try:
            decision(payload, actor, words)
            done += 1
        except HelpdeskError as refused:
            messages.warning(request, f"{payload.subject or payload.sender or payload.pk}: {refused}")
    if done:
        settings_index.recount("channels_inbox:quarantine")
        sentence = ngettext("Done with %(count)d message.", "Done with %(count)d messages.", done)
        messages.success(request, sentence % {"count": done})


def _read_all(request: HttpRequest) -> None:
    """After an upgrade: whatever is held, however much."""
    count = quarantine.reprocess(InboundPayload.objects.held(), actor=agent_of(request).as_actor)
    settings_index.recount("channels_inbox:quarantine")
    sentence = ngettext("%(count)d message is read again.", "%(count)d messages are read again.", count)
    messages.success(request, sentence % {"count": count})


Decision = Callable[[InboundPayload, tuple[int, str], str], object]


def _read_again(payload: InboundPayload, actor: tuple[int, str], reason: str) -> object:
    if not quarantine.reprocess(InboundPayload.objects.filter(pk=payload.pk), actor=actor):
        raise quarantine.NotHeld
    return payload


def _let_in(payload: InboundPayload, actor: tuple[int, str], reason: str) -> object:
    return quarantine.release(payload, actor=actor)


def _make_ticket(payload: InboundPayload, actor: tuple[int, str], reason: str) -> object:
    raw_of(payload)  # says so where it is gone
    return quarantine.make_ticket(payload, actor=actor)


def _discard(payload: InboundPayload, actor: tuple[int, str], reason: str) -> object:
    return quarantine.discard(payload, reason=reason, actor=actor)


DECISIONS: dict[str, Decision] = {
    "read": _read_again,
    "let_in": _let_in,
    "ticket": _make_ticket,
    "discard": _discard,
}
