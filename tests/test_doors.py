"""Every address of the desk, walked: who gets in without signing in, and that nobody keeps a copy of an answer."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.make import make_agent, make_ticket
from tests.tickets.portal import customer_client

pytestmark = pytest.mark.django_db

# What anybody may open. Everything else answers a stranger with a way in, with 401, or as if it were not there.
PUBLIC = re.compile(
    r"""
      login/.* | i18n/.* | healthz | readyz
    | help/ | requests/ | requests/new/ | requests/sent/ | requests/link/.* | requests/leave/
    | api/v1/schema/ | api/v1/docs/ | admin/login/ | admin/logout/ | logout/
    | hooks/.*
    """,
    re.VERBOSE,
)
NAMED_GROUP = re.compile(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)")
EXAMPLES = {"int": "1", "number": "1", "str": "x", "slug": "x", "path": "x", "uuid": "0" * 8}


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> list[str]:
    """One example of each address."""
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            found.append(example(route))
    return list(dict.fromkeys(found))


def example(route: str) -> str:
    route = NAMED_GROUP.sub("1", route)  # of Django's admin and of the API
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: EXAMPLES.get(found[1] or "str", "x"), route)
    return re.sub(r"[\^$\\]|\\Z|\.\?", "", route)


ALL = addresses()


def test_the_walk_reaches_the_whole_desk():
    assert {"login/", "people/", "requests/1/", "t/1/"} <= set(ALL)


def test_security58_a_stranger_does_not_get_in_anywhere():
    client = Client()

    open_doors = [
        f"{method} {address}: {answer.status_code}"
        for address in ALL
        if not PUBLIC.fullmatch(address)
        for method, answer in (("GET", client.get(f"/{address}")), ("POST", client.post(f"/{address}")))
        if not is_refused(answer)
    ]

    assert open_doors == []


def is_refused(answer: HttpResponse) -> bool:
    way_in = answer.get("Location", "").startswith(("/login/", "/requests/", "/admin/login/"))
    return way_in or answer.status_code in (401, 403, 404, 405)


def no_store(answer: HttpResponse) -> bool:
    return "no-store" in answer.get("Cache-Control", "") and "private" in answer.get("Cache-Control", "")


def test_security88_nobody_keeps_what_an_agent_was_shown():
    agent = make_agent(role="Admin")
    client = Client()

    kept = []
    for address in ALL:
        client.force_login(agent)
        if not no_store(client.get(f"/{address}")):
            kept.append(address)

    assert kept == []


def test_security88_nobody_keeps_what_a_customer_was_shown():
    ticket = make_ticket()
    client = customer_client(ticket.requester)
    theirs = [address for address in ALL if address.startswith(("requests/", "help/", "files/"))]

    answers = {address: client.get(f"/{address.replace('/1/', f'/{ticket.number}/')}") for address in theirs}

    assert [address for address, answer in answers.items() if not no_store(answer)] == []


def test_security88_an_answer_to_a_key_is_not_kept_either(client):
    assert no_store(client.get("/api/v1/tickets/", headers={"Authorization": "Bearer wrong"}))


def test_security88_what_signs_somebody_in_is_not_kept():
    agent = make_agent(email="mika@desk.test", password="a long enough password")
    client = Client()

    answer = client.post("/login/", {"email": agent.email, "password": "a long enough password"})

    assert settings.SESSION_COOKIE_NAME in answer.cookies
    assert no_store(answer)


def test_no_address_leaves_the_desk_with_more_than_its_host(client):
    assert client.get("/login/")["Referrer-Policy"] == "same-origin"
