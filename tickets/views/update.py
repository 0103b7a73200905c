"""The ticket's properties, one small form each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import agent_of
from accounts.permissions import Permission
from tickets import details
from tickets.access import find_ticket, get_ticket
from tickets.errors import ChangedMeanwhile
from tickets.forms import (
    AssigneeForm,
    ParticipantForm,
    PriorityForm,
    StatusForm,
    SubjectForm,
    TagForm,
    TeamForm,
)
from tickets.models import Category, Ticket
from tickets.services import participants, workflow
from tickets.views.answers import done, is_htmx, toast, trigger

Change = Callable[[dict[str, Any]], object]

# What an agent sees of each before choosing another, and its form sends along as `was`.
STANDS = {
    "status": "status_id",
    "assignee": "assignee_id",
    "team": "team_id",
    "priority": "priority",
    "subject": "subject",
}


def _apply(
    request: HttpRequest, ticket: Ticket, form: forms.Form, change: Change, *, field: str = "", **said: Any
) -> HttpResponse:
    """Check the form, make the change, and let the page show it; or show what somebody else made of it."""
    if not form.is_valid():
        sentence = next(iter(form.errors.values()))[0]
        return _as_it_stands(request, ticket, str(sentence), status=422)
    try:
        change(form.cleaned_data)
    except ChangedMeanwhile as overtaken:
        return _as_it_stands(request, ticket, str(overtaken), status=409, field=overtaken.field)
    return done(request, ticket, **_stands(ticket, field), **said)


def _stands(ticket: Ticket, field: str) -> dict[str, Any]:
    """The value that the ticket has now: what is chosen next on this page is chosen in its knowledge."""
    if field not in STANDS:
        return {}
    value = getattr(ticket, STANDS[field])
    return {"desk:stands": {"field": field, "value": "" if value is None else str(value)}}


def _as_it_stands(
    request: HttpRequest, ticket: Ticket, sentence: str, *, status: int, field: str = ""
) -> HttpResponse:
    """The values as they are now, and why the wanted one is not among them."""
    current = find_ticket(agent_of(request), ticket.number)
    if not is_htmx(request):
        return render(request, "errors/refused.html", {"sentence": sentence}, status=status)
    context = {
        "ticket": current,
        **details.of(current, agent_of(request)),
        "refused": {"sentence": sentence, "field": field},
    }
    response = render(request, "tickets/_details.html", context, status=status)
    return trigger(response, "#ticket-head", **_stands(current, field), **toast(sentence, level="error"))


@require_POST
@login_required
def status(request: HttpRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, to=Permission.TICKETS_CHANGE)

    def change(given: dict[str, Any]) -> None:
        workflow.change_status(
            ticket=ticket, status=given["status"].pk, was=given["was"], actor=agent_of(request)
        )

    form = StatusForm(request.POST)
    return _apply(request, ticket, form, change, field="status", **_said_of_status(form, ticket))


def _said_of_status(form: StatusForm, ticket: Ticket) -> dict[str, Any]:
    """Solving is worth a word: the ticket leaves the lists."""
    if form.is_valid() and form.cleaned_data["status"].category == Category.SOLVED:
        return toast(_("#%(number)s is solved.") % {"number": ticket.number})
    return {}


@require_POST
@login_required
def assignee(request: HttpRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, to=Permission.TICKETS_ASSIGN)

    def change(given: dict[str, Any]) -> None:
        workflow.assign(ticket=ticket, assignee=given["assignee"], was=given["was"], actor=agent_of(request))

    return _apply(request, ticket, AssigneeForm(request.POST), change, field="assignee")


@require_POST
@login_required
def take(request: HttpRequest, number: int) -> HttpResponse:
    """Assign it to oneself. Whoever has it now was seen."""
    ticket = get_ticket(request, number, to=Permission.TICKETS_ASSIGN)
    agent = agent_of(request)

    def change(given: dict[str, Any]) -> None:
        workflow.assign(ticket=ticket, assignee=agent, was=given["was"], actor=agent)

    form = AssigneeForm(request.POST)
    said = toast(_("#%(number)s is yours.") % {"number": number})
    return _apply(request, ticket, form, change, field="assignee", **said)


@require_POST
@login_required
def team(request: HttpRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, to=Permission.TICKETS_ASSIGN)

    def change(given: dict[str, Any]) -> None:
        workflow.move_to_team(ticket=ticket, team=given["team"], was=given["was"], actor=agent_of(request))

    return _apply(request, ticket, TeamForm(request.POST), change, field="team")


@require_POST
@login_required
def priority(request: HttpRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, to=Permission.TICKETS_CHANGE)

    def change(given: dict[str, Any]) -> None:
        workflow.change_priority(
            ticket=ticket, priority=given["priority"], was=given["was"], actor=agent_of(request)
        )

    return _apply(request, ticket, PriorityForm(request.POST), change, field="priority")


@require_POST
@login_required
def subject(request: HttpRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, to=Permission.TICKETS_CHANGE)

    def change(given: dict[str, Any]) -> None:
        workflow.change_subject(
            ticket=ticket, subject=given["subject"], was=given["was"], actor=agent_of(request)
        )

    return _apply(request, ticket, SubjectForm(request.POST), change, field="subject")


@require_POST
@login_required
def tags(request: HttpRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, to=Permission.TICKETS_CHANGE)

    def change(given: dict[str, Any]) -> None:
        workflow.tag(ticket=ticket, add=given["add"], remove=given["remove"], actor=agent_of(request))

    return _apply(request, ticket, TagForm(request.POST), change)


@require_POST
@login_required
def add_participant(request: HttpRequest, number: int) -> HttpResponse:
    ticket = get_ticket(request, number, to=Permission.TICKETS_CHANGE)

    def change(given: dict[str, Any]) -> None:
        participants.add(ticket=ticket, addresses=[given["address"]], actor=agent_of(request))

    return _apply(request, ticket, ParticipantForm(request.POST), change)


@require_POST
@login_required
def remove_participant(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    ticket = get_ticket(request, number, to=Permission.TICKETS_CHANGE)
    found = ticket.participants.filter(pk=pk).select_related("customer").first()
    if found is None:
        raise Http404
    participants.remove(ticket=ticket, participant=found, actor=agent_of(request))
    return done(request, ticket)
