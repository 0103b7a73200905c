"""One door for every provider: verify, store, answer. What a delivery means is found out later, by the intake."""

from __future__ import annotations

import logging

from django.db import DatabaseError, InterfaceError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from channels_inbox import doorbell
from channels_inbox.adapter import PayloadRejected
from channels_inbox.models import InboundPayload, Inbox
from channels_inbox.registry import adapter_for
from foundation.client_address import client_address

MOST_BYTES = 2**20
RETRY_AFTER = 30  # seconds

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """200 means that it is stored. Anything else asks the provider to send it again, or never."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        inbox = Inbox.objects.filter(token=token, is_active=True).first()
        return _receive(request, inbox) if inbox else HttpResponse(status=404)
    except (DatabaseError, InterfaceError):
        logger.exception("A delivery could not be stored; its sender was asked to try again.")
        return HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER)})


def _receive(request: HttpRequest, inbox: Inbox) -> HttpResponse:
    adapter = adapter_for(inbox)
    raw = request.body
    if len(raw) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        adapter.verify(request)
    except PayloadRejected:
        logger.warning("A delivery for %s was not genuine.", inbox)
        return HttpResponse(status=401)
    transport = {"by": "webhook", "address": client_address(request)}
    with transaction.atomic():
        stored = InboundPayload.objects.accept(
            inbox, dedup_key=adapter.delivery_key(request), raw=raw, transport=transport
        )
        if stored:
            doorbell.ring_after_commit(doorbell.PROCESS_PAYLOADS)
    return HttpResponse(status=200)
