"""Turn an error that a person can cause into a sentence that this person sees; answer no picture with the API."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import bad_request

from foundation.errors import HelpdeskError

# How psycopg and Django begin to complain about a character that no text of PostgreSQL may hold, and no person types.
NUL = "NUL (0x00)"


class PersonErrors:
    """Services raise HelpdeskError; here, in one place, it becomes a toast, or a page without JavaScript.

    The status is the error's own: 409 mostly. A NUL in an address or a form is a bad request, wherever it got to.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, (DataError, ValueError)) and NUL in str(exception):
            return bad_request(request, exception)
        if not isinstance(exception, HelpdeskError):
            return None
        if getattr(request, "htmx", False):
            return refusal(str(exception), exception.status)
        context = {"sentence": str(exception), "code": exception.status}
        return render(request, "errors/refused.html", context, status=exception.status)


def refusal(sentence: str, status: int = 409) -> HttpResponse:
    """An answer to htmx that changes nothing on the page but tells the person why."""
    response = HttpResponse(status=status)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"desk:toast": {"level": "error", "text": sentence}})
    return response


API = "/api/"


class ApiIsNoPicture:
    """A browser that wants a picture asks nothing of the API: some mail or page told it to, and no person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.headers.get("Sec-Fetch-Dest") == "image" and request.path.startswith(API):
            return HttpResponse(status=403)
        return self.get_response(request)
