"""Who a customer is in this browser: a cookie of its own, apart from the agents', and a row that can be ended.

A session knows its customer; one that began with the link of an acknowledgement opens that one request only.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now

from accounts.models import Customer, CustomerSession
from foundation.tidying import in_batches
from foundation.tokens import hash_token

LASTS = timedelta(days=30)
IDLE = timedelta(hours=8)
# How often it is written down that a customer is still there.
SEEN_EVERY = timedelta(minutes=10)


def current(request: HttpRequest) -> CustomerSession | None:
    """The customer's session in this browser, if there is one. Asks the database once per request."""
    if not hasattr(request, "customer_session"):
        request.customer_session = _find(request.COOKIES.get(settings.PORTAL_COOKIE_NAME, ""))  # type: ignore[attr-defined]
    return request.customer_session  # type: ignore[attr-defined]


def _find(token: str) -> CustomerSession | None:
    if not token:
        return None
    moment = now()
    living = CustomerSession.objects.filter(
        expires_at__gt=moment,
        last_seen_at__gt=moment - IDLE,
        customer__blocked_at=None,
        customer__anonymised_at=None,
    )
    session = (
        living.select_related("customer")
        .prefetch_related("customer__identities")
        .filter(token_hash=hash_token(token))
        .first()
    )
    if session and session.last_seen_at < moment - SEEN_EVERY:
        CustomerSession.objects.filter(pk=session.pk).update(last_seen_at=Now())
    return session


def begin(
    request: HttpRequest, response: HttpResponse, *, customer: Customer, ticket_number: int | None = None
) -> CustomerSession:
    """Know this customer in this browser from now on: for everything of theirs, or for one ticket.

    Whatever session the browser had before ends, unless it is the same customer's and already opens everything.
    """
    before = current(request)
    if before and before.customer_id == customer.pk and before.ticket_number is None:
        return before
    if before:
        before.delete()
    token = secrets.token_urlsafe(32)
    session = CustomerSession.objects.create(
        token_hash=hash_token(token), customer=customer, ticket_number=ticket_number, expires_at=now() + LASTS
    )
    response.set_cookie(
        settings.PORTAL_COOKIE_NAME,
        token,
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    request.customer_session = session  # type: ignore[attr-defined]
    return session


def end(request: HttpRequest, response: HttpResponse) -> None:
    """Forget the customer in this browser, and that the cookie ever meant anything."""
    if session := current(request):
        session.delete()
    response.delete_cookie(settings.PORTAL_COOKIE_NAME, samesite="Lax")
    request.customer_session = None  # type: ignore[attr-defined]


def sweep() -> int:
    """Forget sessions that are over. Returns how many."""
    moment = now()
    over = Q(expires_at__lt=moment) | Q(last_seen_at__lt=moment - IDLE)
    return in_batches(CustomerSession.objects.filter(over))
