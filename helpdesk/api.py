"""The API's roof: its addresses, its documentation, and one shape for every error (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import exception_handler

from foundation.errors import HelpdeskError

PROBLEM = "application/problem+json"


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal as a problem document; what is not the caller's doing stays an error of ours."""
    if isinstance(error, HelpdeskError):
        return _problem(HTTPStatus(error.status), str(error), kind=type(error).__name__)
    response = exception_handler(error, context)
    if response is None:
        return None
    status = HTTPStatus(response.status_code)
    extra = {"errors": response.data} if isinstance(error, ValidationError) else {}
    detail = "Some fields are not right." if extra else _detail(error, status)
    problem = _problem(status, detail, **extra)
    for name in ("WWW-Authenticate", "Retry-After"):
        if name in response:
            problem[name] = response[name]
    return problem


def _detail(error: Exception, status: HTTPStatus) -> str:
    if isinstance(error, APIException):
        return str(error.detail)
    if isinstance(error, PermissionDenied) and str(error):
        return str(error)
    if isinstance(error, Http404):
        return "There is nothing here that this token may see."
    return status.phrase


def _problem(status: HTTPStatus, detail: str, **extra: Any) -> Response:
    body = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail, **extra}
    return Response(body, status=status, content_type=PROBLEM)


class Schema(SpectacularAPIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)


class Docs(SpectacularSwaggerView):
    authentication_classes = ()
    permission_classes = (AllowAny,)


urlpatterns = [
    path("", include("tickets.api.urls")),
    path("", include("accounts.api.urls")),
    path("schema/", Schema.as_view(), name="api-schema"),
    path("docs/", Docs.as_view(url_name="api-schema"), name="api-docs"),
]
