"""A database that is away, full or busy is no error of the desk: some things are tried again, the rest is told as 503.

Deadlocks and serialization failures undo a transaction as if it had never been, so the view is run once more. Whatever
else the database refuses for a while (no connection is free, a lock is not given, it restarts) is answered with
503 and Retry-After: browsers show a sentence, providers and API clients come again.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.views import defaults

from foundation.middleware import PersonErrors, refusal

TRIES = 3
RETRY_AFTER = 10  # seconds
UNDONE = ("40001", "40P01")  # serialization_failure, deadlock_detected

logger = logging.getLogger(__name__)


class OnceMore:
    """Must be the last middleware, so that it is the first to hear of an exception."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        if request.path.startswith(tuple(settings.LONG_BODIES)):
            return  # such a view reads its body as it comes, and asks its sender to come again by itself
        if request.content_type == "application/json":
            with suppress(UnreadablePostError):  # the view hears of it, too
                request.body  # noqa: B018 (kept by Django, so that it can be read once more)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        tries = 1
        while was_undone(exception) and tries < TRIES:
            logger.warning("The database undid %s; it is done once more.", request.path, exc_info=exception)
            tries += 1
            try:
                return self._view_again(request)
            except Exception as other:  # it may end otherwise this time
                exception = other
        if tries == 1:
            return None  # the other middleware is asked about it
        if answer := PersonErrors(self.get_response).process_exception(request, exception):
            return answer
        raise exception

    def _view_again(self, request: HttpRequest) -> HttpResponse:
        match = request.resolver_match
        assert match is not None
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return answer


def was_undone(exception: Exception) -> bool:
    return (
        isinstance(exception, OperationalError) and getattr(exception.__cause__, "sqlstate", None) in UNDONE
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to what no view has caught."""
    if not isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return defaults.server_error(request)
    words = _("The desk's database does not answer just now. Please try again in some seconds.")
    if request.path.startswith("/api/"):
        response = _problem(words)
    elif "HX-Request" in request.headers:
        response = refusal(words, 503)
    else:
        response = HttpResponse(defaults.server_error(request, "503.html").content, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def _problem(words: str) -> HttpResponse:
    body = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": words}
    return HttpResponse(json.dumps(body), status=503, content_type="application/problem+json")
