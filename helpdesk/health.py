"""Is the process alive, may it get visitors, and what do its gauges show?

Answered before any other middleware: a probe has no session, no known host name and no HTTPS.

    /healthz   the process answers; touches nothing else
    /readyz    the database answers within two seconds and all migrations are applied
    /metrics   Prometheus; with METRICS_TOKEN as bearer token, or without one from this machine only
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from functools import cache

import psycopg
from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from helpdesk.loopback import is_loopback

PATIENCE = 2  # seconds, the least that libpq takes seriously

Answer = Callable[[HttpRequest], HttpResponse]


class Health:
    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.pages: dict[str, Answer] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        page = self.pages.get(request.path_info)
        if page is None or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        response = page(request)
        response["Cache-Control"] = "no-store"
        return response


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    try:
        waiting = waiting_migrations()
    except psycopg.Error:
        # What exactly is wrong stands in the log of the database; a probe may come from anywhere.
        return JsonResponse({"database": "no answer"}, status=503)
    if waiting:
        return JsonResponse({"database": "ok", "migrations": waiting}, status=503)
    return JsonResponse({"database": "ok", "migrations": "ok"})


def metrics(request: HttpRequest) -> HttpResponse:
    if not may_see_metrics(request):
        return HttpResponse("Not without the token.\n", status=403, content_type="text/plain")
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def may_see_metrics(request: HttpRequest) -> bool:
    if token := settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    # Behind a proxy everybody seems to come from here.
    return is_loopback(request.META.get("REMOTE_ADDR", "")) and "X-Forwarded-For" not in request.headers


def waiting_migrations() -> list[str]:
    """What `migrate` would still have to do. Raises psycopg.Error when the database does not answer."""
    return sorted(f"{app}.{name}" for app, name in newest_migrations() - applied_migrations())


@cache
def newest_migrations() -> frozenset[tuple[str, str]]:
    """The last one of each app, as this process knows them."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def applied_migrations() -> set[tuple[str, str]]:
    # A connection of its own: it feels what a new visitor would feel, and cannot hang with a pool.
    limit = f"-c statement_timeout={PATIENCE}s"
    with psycopg.connect(settings.DATABASE_URL, connect_timeout=PATIENCE, options=limit) as connection:
        try:
            return set(connection.execute("select app, name from django_migrations").fetchall())
        except psycopg.errors.UndefinedTable:  # an empty database
            return set()
