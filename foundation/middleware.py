"""Turn an error that a person can cause into a sentence that this person sees."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from foundation.errors import HelpdeskError


class PersonErrors:
    """Services raise HelpdeskError; here, in one place, it becomes a toast, or a page without JavaScript.

    The status is the error's own: 409 mostly.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
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
