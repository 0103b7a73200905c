"""`Idempotency-Key` on POST: the first answer is kept for a day and given again, so a repeat changes nothing."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.utils.timezone import now
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.scopes import token_of
from accounts.models import IdempotentRequest
from foundation.tidying import in_batches

KEPT = timedelta(hours=24)
# A request that has not answered by then has died; its key may be used again.
ABANDONED = timedelta(minutes=2)


class KeyReused(APIException):
    status_code = 422
    default_detail = "This Idempotency-Key was used for another request."


class StillRunning(APIException):
    status_code = 409
    default_detail = (
        "The first request with this Idempotency-Key is still being answered. Try again in a moment."
    )


class _Replay(Exception):
    def __init__(self, row: IdempotentRequest) -> None:
        self.row = row


class IdempotentPosts(APIView):
    """Mixed into views that change something by POST."""

    _row: IdempotentRequest | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key", "")[:200]
        if request.method == "POST" and key:
            self._row = _claim(request, key)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, _Replay):
            return Response(exc.row.body, status=exc.row.status, headers={"Idempotency-Replayed": "true"})
        return super().handle_exception(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        if self._row:
            _keep(self._row, final)
        return final


def _claim(request: Request, key: str) -> IdempotentRequest:
    fingerprint = hashlib.sha256(
        b"\0".join([(request.method or "").encode(), request.get_full_path().encode(), request._request.body])
    ).hexdigest()
    IdempotentRequest.objects.filter(token=token_of(request), key=key, created_at__lt=now() - KEPT).delete()
    row, is_first = IdempotentRequest.objects.get_or_create(
        token=token_of(request), key=key, defaults={"fingerprint": fingerprint}
    )
    if is_first:
        return row
    if row.fingerprint != fingerprint:
        raise KeyReused
    if row.status is None:
        if row.created_at > now() - ABANDONED:
            raise StillRunning
        return row
    raise _Replay(row)


def _keep(row: IdempotentRequest, response: Response) -> None:
    if response.status_code >= 500:  # nothing was changed: the same key may try again
        row.delete()
        return
    row.status, row.body = response.status_code, response.data
    row.save(update_fields=["status", "body"])


def forget_old() -> int:
    """Drop answers that are older than a day. Returns how many."""
    return in_batches(IdempotentRequest.objects.filter(created_at__lt=now() - KEPT))
