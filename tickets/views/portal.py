"""The customers' side: how they get in, what they asked for, and what became of it. All of it without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import magic_links, notices, portal_sessions
from accounts.magic_links import LinkExpired, Purpose
from accounts.models import CustomerSession
from foundation import uploads
from foundation.errors import HelpdeskError
from tickets import filters
from tickets import portal as own
from tickets.models import UNSOLVED, Category, Ticket
from tickets.portal_forms import AskForLinkForm, ReplyForm
from tickets.portal_page import Said, steps_of
from tickets.services import workflow

View = Callable[..., HttpResponse]
SOLVED = (Category.SOLVED, Category.CLOSED)


# ---- Getting in


def for_customers(view: View) -> View:
    """Only for a known customer, whose session the view gets. A stranger is offered a link by mail.

    They are answered alike whatever they ask for, so nobody learns which requests there are.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        session = portal_sessions.current(request)
        if session is None:
            return redirect("portal:requests")
        return view(request, session, *args, **kwargs)

    return guarded


@require_POST
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Mail a link to the customer's requests. The answer is the same for every address."""
    form = AskForLinkForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, status=422)
    notices.ask_for(request, notices.CUSTOMER_SIGN_IN, address=form.cleaned_data["email"])
    return redirect("portal:link_sent")


def _ask(request: HttpRequest, form: AskForLinkForm, status: int = 200) -> HttpResponse:
    return render(request, "portal/ask_for_link.html", {"form": form}, status=status)


@require_safe
def link_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/link_sent.html")


@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A mailed link. Mail scanners open links too, so only the button lets somebody in."""
    purposes = (Purpose.CUSTOMER_SIGN_IN, Purpose.CUSTOMER_REQUEST)
    try:
        if request.method == "GET":
            found = magic_links.peek(token, *purposes)
            return render(request, "portal/link.html", {"number": found.ticket_number})
        found = magic_links.open(token, *purposes)
    except LinkExpired as expired:
        context = {"sentence": expired, "form": AskForLinkForm()}
        return render(request, "portal/link_expired.html", context, status=410)
    assert found.customer is not None
    number = found.ticket_number
    response = redirect("portal:request", number) if number else redirect("portal:requests")
    portal_sessions.begin(request, response, customer=found.customer, ticket_number=number)
    return response


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    response = redirect("portal:home")
    portal_sessions.end(request, response)
    messages.success(request, _("This browser no longer knows you."))
    return response


# ---- Looking


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html", {"session": portal_sessions.current(request)})


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """A customer's requests, or the way to them."""
    session = portal_sessions.current(request)
    if session is None:
        return _ask(request, AskForLinkForm())
    shown = "solved" if request.GET.get("show") == "solved" else "open"
    mine = own.requests_of(session).filter(category__in=SOLVED if shown == "solved" else UNSOLVED)
    page = filters.page_of(
        mine.select_related("status"),
        before=filters.Place.parse(request.GET.get("before", "")),
        after=filters.Place.parse(request.GET.get("after", "")),
    )
    return render(request, "portal/requests.html", {"session": session, "page": page, "shown": shown})


@require_safe
@for_customers
def request_page(request: HttpRequest, session: CustomerSession, number: int) -> HttpResponse:
    try:
        ticket = own.find_request(session, number)
    except own.Elsewhere as moved:
        return redirect("portal:request", moved.number)
    return _page(request, session, ticket, ReplyForm())


def _page(
    request: HttpRequest, session: CustomerSession, ticket: Ticket, form: ReplyForm, status: int = 200
) -> HttpResponse:
    context = {
        "session": session,
        "ticket": ticket,
        "brand": ticket.brand,
        "said": [Said(message, session.customer) for message in own.messages_of(ticket)],
        "steps": steps_of(ticket),
        "is_solved": ticket.category == Category.SOLVED,
        "form": form,
    }
    return render(request, "portal/request.html", context, status=status)


# ---- Doing


@require_POST
@for_customers
@uploads.shows_form_again
def reply(request: HttpRequest, session: CustomerSession, number: int) -> HttpResponse:
    try:
        ticket = own.find_request(session, number)
    except own.Elsewhere as moved:
        ticket = own.find_request(session, moved.number)
    form = ReplyForm(request.POST, uploads.files_of(request))
    if uploads.are_refused(request):
        form.add_error("attachments", str(uploads.FilesTooLarge()))
        return _page(request, session, ticket, form, status=413)
    if not form.is_valid():
        return _page(request, session, ticket, form, status=422)
    values = form.cleaned_data
    try:
        message = own.reply(
            session=session,
            ticket=ticket,
            text=values["text"],
            new_files=values["attachments"],
            key=values["key"],
        )
    except HelpdeskError as refused:
        form.add_error(None, str(refused))
        return _page(request, session, ticket, form, status=429)
    messages.success(request, _sent(message.ticket, answered=number))
    return redirect("portal:request", message.ticket.number)


def _sent(ticket: Ticket, *, answered: int) -> str:
    if ticket.follow_up_of_id and ticket.number != answered:
        return _("Sent. Request %(old)d is closed, so this is a new one: %(new)d.") % {
            "old": answered,
            "new": ticket.number,
        }
    return _("Sent. We answer by email, and here.")


@require_POST
@for_customers
def solve(request: HttpRequest, session: CustomerSession, number: int) -> HttpResponse:
    ticket = own.find_request(session, number)
    workflow.change_status(ticket=ticket, status="solved", actor=session.customer)
    messages.success(request, _("Marked as solved. Write again if it is not."))
    return redirect("portal:request", number)


@require_POST
@for_customers
def reopen(request: HttpRequest, session: CustomerSession, number: int) -> HttpResponse:
    ticket = own.find_request(session, number)
    workflow.change_status(ticket=ticket, status="open", actor=session.customer)
    messages.success(request, _("Open again. We look into it."))
    return redirect("portal:request", number)
