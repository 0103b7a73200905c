"""The way to a mailbox's provider and back. What the browser brings back is used up and never stays in an address."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import agent_of, allow
from accounts.permissions import Permission
from channels_inbox.email.oauth import connecting
from channels_inbox.models import Inbox
from foundation import alarms, limits
from foundation.client_address import client_address

MOST, WITHIN = 30, 10 * 60  # ways to a provider that one admin may begin, in so many seconds


@never_cache
@require_POST
@allow(Permission.INBOXES_MANAGE)
def connect(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin. A page with a link comes first: our content policy lets no form lead to another site."""
    inbox = get_object_or_404(Inbox, pk=pk, kind="email")
    if not limits.hit(f"sign-in:{agent_of(request).pk}", limit=MOST, per=WITHIN).allowed:
        messages.error(request, _("That were many tries. Wait a few minutes before the next one."))
        return redirect("channels_inbox:inbox", inbox.pk)
    try:
        address = connecting.begin(inbox, session_key=_session_key(request))
    except connecting.NotConnected as failure:
        messages.error(request, str(failure))
        return redirect("channels_inbox:inbox", inbox.pk)
    context = {
        "inbox": inbox,
        "address": address,
        "host": urlsplit(address).hostname,
        "sign_in": connecting.sign_in_of(inbox),
    }
    return render(request, "channels_inbox/connect.html", context)


@never_cache
@require_GET
@allow(Permission.INBOXES_MANAGE)
def signed_in(request: HttpRequest, provider: str) -> HttpResponse:
    """The provider has sent the admin back here."""
    try:
        inbox = connecting.finish(
            provider,
            request.GET,
            session_key=_session_key(request),
            actor=agent_of(request).as_actor,
            ip=client_address(request) or None,
        )
    except connecting.NotConnected as failure:
        return _not_connected(request, failure)
    alarms.forget()
    messages.success(request, _("“%(name)s” is connected. What waited goes on now.") % {"name": inbox.name})
    return redirect("channels_inbox:inbox", inbox.pk)


def _not_connected(request: HttpRequest, failure: connecting.NotConnected) -> HttpResponse:
    sentence = str(failure)
    if failure.said:
        sentence += " " + _("The provider says: “%(words)s”") % {"words": failure.said}
    messages.error(request, sentence)
    if failure.inbox is None:
        return redirect("channels_inbox:inboxes")
    return redirect("channels_inbox:inbox", failure.inbox.pk)


def _session_key(request: HttpRequest) -> str:
    return request.session.session_key or ""
