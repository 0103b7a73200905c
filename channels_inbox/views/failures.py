"""What was not sent or not done: by cause, with the means to try it again or to put it straight."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import agent_of, allow
from accounts.models import Agent
from accounts.paging import newest_first
from accounts.permissions import Permission
from channels_inbox import outbox, quarantine, troubles
from channels_inbox.models import InboundPayload, MessageDelivery
from foundation import audit, settings_index
from tickets import dispatch
from tickets.errors import TooLate
from tickets.models import TicketEvent
from tickets.services import resending

State = MessageDelivery.State
MOST_AT_ONCE = 500
TABS = {
    "failed": gettext_lazy("Not delivered"),
    "in_doubt": gettext_lazy("In doubt"),
    "events": gettext_lazy("Not done"),
    "given_up": gettext_lazy("Not taken in"),
}


@require_safe
@allow(Permission.QUARANTINE_MANAGE)
def listed(request: HttpRequest) -> HttpResponse:
    counts = troubles.how_many()
    first = next((tab for tab in TABS if counts[tab]), "failed")
    shown, cause = request.GET.get("show") or first, request.GET.get("cause", "")
    if shown not in TABS:
        raise Http404
    rows, moment = _rows(shown)
    context: dict[str, Any] = {
        "tabs": [
            {
                "url": f"?show={tab}",
                "text": name,
                "count": f"{troubles.COUNTED}+" if counts[tab] > troubles.COUNTED else counts[tab],
                "current": tab == shown,
            }
            for tab, name in TABS.items()
        ],
        "shown": shown,
        "cause": cause,
        "causes": troubles.causes(rows, moment) if shown != "given_up" else [],
        "page": newest_first(rows.filter(cause=cause) if cause else rows, request),
    }
    return render(request, "channels_inbox/failures.html", context)


def _rows(shown: str) -> tuple[QuerySet[Any], str]:
    """The rows of a tab, and the field that says when."""
    if shown == "events":
        return troubles.stuck_reactions(), "event__created_at"
    if shown == "given_up":
        return InboundPayload.objects.for_list().filter(state=InboundPayload.State.DEAD), "received_at"
    return troubles.undelivered(shown), "created_at"


def _chosen(request: HttpRequest, rows: QuerySet[Any]) -> list[Any]:
    """The rows that were ticked, or all of one cause."""
    if cause := request.POST.get("cause"):
        return list(rows.filter(cause=cause).order_by("pk")[:MOST_AT_ONCE])
    pks = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19]
    return list(rows.filter(pk__in=pks).order_by("pk")[:MOST_AT_ONCE])


def _done(request: HttpRequest, count: int, shown: str) -> HttpResponse:
    if count:
        settings_index.recount("channels_inbox:failures")
        sentence = ngettext("Done with %(count)d.", "Done with %(count)d.", count) % {"count": count}
        messages.success(request, sentence)
    else:
        messages.warning(request, _("Nothing was chosen, or somebody else was faster."))
    return redirect(reverse("channels_inbox:failures") + f"?show={shown}")


# ---- What was not sent


@require_POST
@allow(Permission.QUARANTINE_MANAGE)
def decide_deliveries(request: HttpRequest) -> HttpResponse:
    """Send once more, or note that it has arrived after all."""
    shown = request.POST.get("show", "")
    if shown not in (State.FAILED, State.IN_DOUBT):
        raise Http404
    decide = _arrived if request.POST.get("do") == "arrived" else _send_again
    agent = agent_of(request)
    count = sum(decide(row, agent) for row in _chosen(request, troubles.undelivered(shown)))
    return _done(request, count, shown)


@transaction.atomic
def _send_again(row: MessageDelivery, agent: Agent) -> bool:
    if row.message:
        try:
            resending.retry_send(message=row.message, actor=agent)
        except TooLate:  # somebody was faster, on the ticket's page
            return False
    elif not outbox.requeue(row):
        return False
    audit.record(actor=agent.as_actor, action="delivery.retried", obj=row)
    return True


@transaction.atomic
def _arrived(row: MessageDelivery, agent: Agent) -> bool:
    if not outbox.settle_as_sent(row):
        return False
    audit.record(actor=agent.as_actor, action="delivery.marked_sent", obj=row)
    return True


# ---- What the desk did not do


@require_POST
@allow(Permission.QUARANTINE_MANAGE)
def retry_events(request: HttpRequest) -> HttpResponse:
    """Put events back into the queue at which a reaction failed until it was given up."""
    stuck = _chosen(request, troubles.stuck_reactions())
    events = TicketEvent.objects.parked().filter(pk__in={row.event_id for row in stuck})
    agent, count = agent_of(request), 0
    for event in events:
        dispatch.retry_parked(event)
        audit.record(actor=agent.as_actor, action="event.retried", obj=event)
        count += 1
    return _done(request, count, "events")


@require_POST
@allow(Permission.QUARANTINE_MANAGE)
def retry_given_up(request: HttpRequest) -> HttpResponse:
    """Take in once more what the desk has tried for days."""
    dead = InboundPayload.objects.filter(state=InboundPayload.State.DEAD)
    pks = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19]
    count = quarantine.reprocess(dead.filter(pk__in=pks), actor=agent_of(request).as_actor)
    return _done(request, count, "given_up")
