"""Forward a message to somebody outside, and show what they answered to the customer."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import agent_of
from accounts.permissions import Permission
from foundation.errors import HelpdeskError
from tickets.access import get_message
from tickets.forms import ForwardForm
from tickets.services import forwarding
from tickets.views.answers import done, toast


@require_http_methods(["GET", "POST"])
@login_required
def forward(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    message = get_message(request, number, pk, to=Permission.TICKETS_REPLY)
    if not message.is_public or message.is_held:
        raise Http404
    form = ForwardForm(request.POST if request.method == "POST" else None, message=message)
    if request.method == "POST" and form.is_valid():
        try:
            sent = forwarding.forward(message=message, actor=agent_of(request), **form.cleaned_data)
        except HelpdeskError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, _("Forwarded. The answer will stand in this ticket; the customer does not see it.")
            )
            return redirect(f"{sent.ticket.get_absolute_url()}#message-{sent.pk}")
    context = {
        "ticket": message.ticket,
        "message": message,
        "form": form,
        "client_key": secrets.token_hex(16),
    }
    return render(request, "tickets/forward.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def share(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """What an outsider answered is shown to the customer."""
    message = get_message(request, number, pk, to=Permission.TICKETS_REPLY)
    forwarding.share(message=message, actor=agent_of(request))
    return done(request, message.ticket, **toast(_("The customer sees it now.")))
