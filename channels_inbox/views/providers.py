"""The page on which admins say which mail provider calls for an inbox, and see how its calls went."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import agent_of, allow
from accounts.permissions import Permission
from channels_inbox import hooks
from channels_inbox.calls_in import Refusal
from channels_inbox.email.providers.catalogue import PROVIDERS
from channels_inbox.email.providers.forms import ProviderForm
from channels_inbox.models import Inbox, ProviderHook
from foundation.client_address import client_address


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@allow(Permission.INBOXES_MANAGE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    inbox = get_object_or_404(Inbox, pk=pk, kind="email")
    hook = hooks.hook_of(inbox)
    form = ProviderForm(
        request.POST if request.method == "POST" else None,
        settings={"provider": hook.provider, **hook.settings} if hook else {},
        credentials=hook.credentials if hook else {},
    )
    if request.method != "POST":
        return _page(request, inbox, hook, form)
    if not form.is_valid():
        return _page(request, inbox, hook, form, status=422)
    hooks.save(
        inbox,
        provider=form.cleaned_data["provider"],
        settings=form.settings,
        credentials=form.credentials,
        actor=agent_of(request).as_actor,
        ip=client_address(request) or None,
    )
    messages.success(request, _("Saved."))
    return redirect("channels_inbox:provider", inbox.pk)


@require_POST
@allow(Permission.INBOXES_MANAGE)
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    inbox = get_object_or_404(Inbox, pk=pk, kind="email")
    hooks.renew_address(inbox, actor=agent_of(request).as_actor, ip=client_address(request) or None)
    messages.success(
        request, _("The address is a new one. Paste it at the provider: the old one is refused.")
    )
    return redirect("channels_inbox:provider", inbox.pk)


def _page(
    request: HttpRequest, inbox: Inbox, hook: ProviderHook | None, form: ProviderForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "inbox": inbox,
        "hook": hook,
        "form": form,
        "guides": [_guide(inbox, key) for key in PROVIDERS],
        "refusal": Refusal(hook.refusal).label if hook and hook.refusal in Refusal.values else "",
        "suggestion": secrets.token_urlsafe(24),
        "has_errors": status == 422,
    }
    return render(request, "channels_inbox/provider.html", context, status=status)


def _guide(inbox: Inbox, key: str) -> dict[str, Any]:
    provider = PROVIDERS[key]
    mail, events = hooks.addresses(inbox, key)
    return {
        "key": key,
        "mail": mail,
        "events": events,
        "is_one": mail == events,
        "has_password": "password" in provider.fields,
        "mail_advice": provider.mail_advice,
        "event_advice": provider.event_advice,
    }
