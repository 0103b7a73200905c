"""One door for every provider: verify, store, answer. What a delivery means is found out later, by the intake."""

from __future__ import annotations

import logging
from typing import Protocol

from django.db import DatabaseError, InterfaceError, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from channels_inbox import doorbell, health
from channels_inbox.calls_in import Call, CannotVerify, PayloadRejected, Refusal
from channels_inbox.email.providers.catalogue import PROVIDERS
from channels_inbox.models import InboundPayload, Inbox, ProviderHook
from channels_inbox.registry import adapter_for
from foundation import faults, limits
from foundation.client_address import client_address, client_network

MOST_BYTES = 2**20
# A mail of 50 MB in Base64, twice where a provider sends it whole and in pieces. (helpdesk.settings.LONG_BODIES)
MOST_BYTES_OF_MAIL = 140 * 2**20
RETRY_AFTER = 30  # seconds
# So many calls of one network are refused by their signature; then they are refused without a look.
MOST_REFUSED, WITHIN = 60, 60

logger = logging.getLogger(__name__)


class Door(Protocol):
    """What an adapter and a mail provider have in common."""

    def verify(self, call: Call) -> None: ...
    def delivery_key(self, call: Call) -> str: ...
    def wrapping(self, call: Call) -> dict: ...
    def is_repeated(self, known_digest: bytes, call: Call) -> bool: ...


@csrf_exempt
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """200 means that it is stored. Anything else asks the provider to send it again, or never."""
    try:
        inbox = Inbox.objects.filter(token=token, is_active=True).select_related("hook").first()
        return _receive(request, inbox) if inbox else HttpResponse(status=404)
    except (DatabaseError, InterfaceError):
        logger.exception("A delivery could not be stored; its sender was asked to try again.")
    except CannotVerify:
        logger.warning("A delivery could not be verified; its sender was asked to try again.", exc_info=True)
    except UnreadablePostError:
        logger.warning("A delivery broke off before it was complete.")
    return HttpResponse(status=503, headers={"Retry-After": str(RETRY_AFTER)})


def _receive(request: HttpRequest, inbox: Inbox) -> HttpResponse:
    counter = f"hook:{inbox.pk}:{client_network(request)}"
    verdict = limits.peek(counter, limit=MOST_REFUSED, per=WITHIN)
    if not verdict.allowed:
        return HttpResponse(status=429, headers={"Retry-After": str(verdict.retry_after)})
    hook = _hook_of(inbox)
    door: Door = PROVIDERS[hook.provider](hook.wire_settings) if hook else adapter_for(inbox)
    call = Call(request, most=MOST_BYTES_OF_MAIL if hook else MOST_BYTES)
    try:
        door.verify(call)
        _accept(inbox, door, call, client_address(request))
    except PayloadRejected as rejected:
        limits.hit(counter, limit=MOST_REFUSED, per=WITHIN)
        logger.warning("A delivery for %s was refused: %s.", inbox, rejected)
        if hook:
            health.call_refused(hook, rejected.refusal)
        if rejected.refusal == Refusal.TOO_LARGE:
            return HttpResponse(status=413)
        # Some send their password only when they are asked for it.
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="hooks"'})
    faults.point("hook.after_commit")
    if hook:
        health.called(hook)
    return HttpResponse(status=200)


def _hook_of(inbox: Inbox) -> ProviderHook | None:
    hook: ProviderHook | None = getattr(inbox, "hook", None)
    return hook if hook and hook.provider in PROVIDERS else None


@transaction.atomic
def _accept(inbox: Inbox, door: Door, call: Call, address: str) -> None:
    key = door.delivery_key(call)
    transport = {"by": "webhook", "address": address, **door.wrapping(call)}
    if InboundPayload.objects.accept(inbox, dedup_key=key, raw=call.body, transport=transport):
        doorbell.ring_after_commit(doorbell.PROCESS_PAYLOADS)
        return
    known = InboundPayload.objects.filter(inbox=inbox, dedup_key=key).values_list("sha256", flat=True).first()
    if known is not None and not door.is_repeated(bytes(known), call):
        raise PayloadRejected(Refusal.REPLAYED)
