"""A message of a ticket as it came: headers, source, and the raw file. Whoever sees the ticket sees these."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from channels_inbox import reading, reasons, source
from channels_inbox.models import InboundPayload
from foundation.errors import HelpdeskError
from tickets.access import get_message
from tickets.models import Message


class OriginalGone(HelpdeskError):
    """The row is there, its file is not."""


@require_safe
@login_required
def original(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    message = get_message(request, number, pk)
    payload = _payload_of(message)
    context = {
        "message": message,
        "ticket": message.ticket,
        "payload": payload,
        "sentences": reasons.sentences(message),
        "source": source.of(raw_of(payload)),
    }
    part = "channels_inbox/_original.html" if request.htmx else "channels_inbox/original.html"  # type: ignore[attr-defined]
    return render(request, part, context)


@require_safe
@login_required
def raw(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    message = get_message(request, number, pk)
    return as_download(_payload_of(message), name=f"ticket-{number}-message-{pk}.eml")


def _payload_of(message: Message) -> InboundPayload:
    """The delivery a message was made from."""
    payload = message.payloads.order_by("pk").first()
    if payload is None:
        raise Http404
    return payload


def raw_of(payload: InboundPayload) -> bytes:
    try:
        return reading.mail_of(payload)
    except FileNotFoundError:
        raise OriginalGone(_("The file with this message is missing from the desk's storage.")) from None


def as_download(payload: InboundPayload, *, name: str) -> HttpResponse:
    """Never shown by the browser, whatever is in it."""
    response = HttpResponse(raw_of(payload), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response
