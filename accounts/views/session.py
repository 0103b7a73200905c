"""Signing in and out: by password, by a link, and by a new password where the old one is forgotten."""

from __future__ import annotations

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import agents, api_tokens, demo, magic_links, notices, portal_sessions, sign_in
from accounts.forms import AddressForm, NewPasswordForm, SignInForm
from accounts.magic_links import LinkExpired, Purpose
from accounts.redirects import after_sign_in, next_page
from foundation.client_address import client_address
from foundation.errors import HelpdeskError


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    if request.user.is_authenticated:
        return redirect(after_sign_in(request))
    if request.method == "GET":
        return _ask(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, status=422)
    if visitor := demo.visitor(**form.cleaned_data):
        response = redirect("portal:requests")
        portal_sessions.begin(request, response, customer=visitor)
        return response
    try:
        agent = sign_in.attempt(request, **form.cleaned_data)
    except HelpdeskError as refused:
        form.add_error(None, str(refused))
        return _ask(request, form, status=422)
    sign_in.welcome(request, agent, by="password")
    return redirect(after_sign_in(request))


def _ask(request: HttpRequest, form: SignInForm, status: int = 200) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return _signed_out_meanwhile(request)
    context = {"form": form, "next": next_page(request)}
    return render(request, "accounts/sign_in.html", context, status=status)


def _signed_out_meanwhile(request: HttpRequest) -> HttpResponse:
    """A part of a page was asked for, and the answer would have been this whole page: say so instead."""
    response = HttpResponse(_("Your session has ended. Sign in again."), status=401)
    response["HX-Trigger"] = "desk:signed-out"
    return response


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("accounts:sign_in")


@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A link that signs an agent in. Mail scanners open links too, so only the button does it."""
    try:
        if request.method == "GET":
            magic_links.peek(token, Purpose.AGENT_SIGN_IN)
            return render(request, "accounts/link.html")
        found = magic_links.open(token, Purpose.AGENT_SIGN_IN)
    except LinkExpired as expired:
        return _expired(request, expired)
    assert found.agent is not None
    sign_in.welcome(request, found.agent, by="link")
    return redirect(after_sign_in(request))


def _expired(request: HttpRequest, expired: LinkExpired) -> HttpResponse:
    return render(request, "accounts/link_expired.html", {"sentence": expired}, status=410)


@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a mail that leads to a new password. The answer is the same whoever is asked for."""
    form = AddressForm(request.POST or None)
    if not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "accounts/forgotten.html", {"form": form}, status=status)
    notices.ask_for(request, notices.AGENT_PASSWORD, address=form.cleaned_data["email"])
    return redirect("accounts:link_sent")


@require_http_methods(["GET"])
def link_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/link_sent.html")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind a forgotten password's link."""
    try:
        found = magic_links.peek(token, Purpose.AGENT_PASSWORD)
        assert found.agent is not None
        form = NewPasswordForm(request.POST or None, agent=found.agent)
        if not form.is_valid():
            status = 422 if request.method == "POST" else 200
            context = {"form": form, "api_tokens": api_tokens.living(found.agent)}
            return render(request, "accounts/new_password.html", context, status=status)
        magic_links.open(token, Purpose.AGENT_PASSWORD)
    except LinkExpired as expired:
        return _expired(request, expired)
    agents.change_password(
        found.agent,
        form.cleaned_data["new_password"],
        actor=found.agent.as_actor,
        ip=client_address(request) or None,
    )
    sign_in.welcome(request, found.agent, by="new password")
    messages.success(request, _("Your password is changed."))
    return redirect(after_sign_in(request))
