"""An agent's own page: what they are called, how their desk looks, and their password."""

from __future__ import annotations

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import agents, api_tokens, sign_in
from accounts.access import agent_of
from accounts.forms import ChangePasswordForm, DisplayForm, MailForm, ProfileForm
from accounts.models import Agent
from foundation.client_address import client_address
from foundation.errors import HelpdeskError


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: HttpRequest,
    *,
    profile: ProfileForm | None = None,
    display: DisplayForm | None = None,
    mail: MailForm | None = None,
    password: ChangePasswordForm | None = None,
) -> HttpResponse:
    """The page with the form that did not pass, if one did not."""
    agent = agent_of(request)
    wrong = profile or display or mail or password
    context = {
        "nav_place": "me",
        "profile": profile or ProfileForm(about=agent),
        "display": display or DisplayForm(about=agent),
        "mail": mail or MailForm(about=agent),
        "password": password or ChangePasswordForm(agent=agent),
        "api_tokens": api_tokens.living(agent),
        "wrong": wrong,
    }
    return render(request, "accounts/me.html", context, status=422 if wrong else 200)


@require_POST
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    form = ProfileForm(request.POST, about=agent)
    if not form.is_valid():
        return _page(request, profile=form)
    agents.change(agent, actor=agent.as_actor, **form.cleaned_data)
    return _saved(request)


@require_POST
@login_required
def display(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    form = DisplayForm(request.POST, about=agent)
    if not form.is_valid():
        return _page(request, display=form)
    agents.change(agent, actor=agent.as_actor, **form.cleaned_data)
    with translation.override(agent.language):
        return _saved(request)


@require_POST
@login_required
def mail(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    form = MailForm(request.POST, about=agent)
    if not form.is_valid():
        return _page(request, mail=form)
    agents.change(agent, actor=agent.as_actor, **form.cleaned_data)
    return _saved(request)


def _saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect("accounts:me")


@sensitive_post_parameters()
@require_POST
@login_required
def password(request: HttpRequest) -> HttpResponse:
    """Another password. All else that lets this agent in ends; this session goes on under a new key."""
    agent = agent_of(request)
    form = ChangePasswordForm(request.POST, agent=agent)
    if not form.is_valid():
        return _page(request, password=form)
    try:
        sign_in.confirm(request, agent, form.cleaned_data["password"])
    except HelpdeskError as refused:
        form.add_error("password", str(refused))
        return _page(request, password=form)
    agents.change_password(
        agent,
        form.cleaned_data["new_password"],
        actor=agent.as_actor,
        ip=client_address(request) or None,
    )
    auth.update_session_auth_hash(request, agent)
    messages.success(
        request,
        _("Your password is changed. You are signed out everywhere else, and your API tokens are revoked."),
    )
    return redirect("accounts:me")


@require_POST
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """What scripts save: the same choices, made in a menu or by a key."""
    chosen: dict[str, object] = {}
    if (theme := request.POST.get("theme")) is not None:
        chosen["theme"] = theme
    if (shortcuts := request.POST.get("shortcuts_on")) is not None:
        chosen["shortcuts_on"] = shortcuts == "true"
    if chosen.get("theme", Agent.Theme.SYSTEM) not in Agent.Theme.values:
        return HttpResponseBadRequest()
    agent = agent_of(request)
    agents.change(agent, actor=agent.as_actor, **chosen)
    return HttpResponse(status=204)
