"""The agents' pages over HTTP, as one agent and as eight at once.

Run as `python -m bench.pages BASE TICKETS`, with DATABASE_URL naming the same desk the server shows.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from itertools import chain

import requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from bench.environment import SERVER
from bench.rows import Row, p50_and_p95, write

ROUNDS = 200
USERS, SECONDS = 8, 8.0


def signed_in() -> requests.Session:
    """A browser in which an agent who sees everything is signed in."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts import agent_sessions
    from accounts.models import Agent

    agent = Agent.objects.order_by("pk").first()
    assert agent is not None
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(agent.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    store[agent_sessions.SINCE] = store[agent_sessions.SEEN] = time.time()
    store.create()
    browser = requests.Session()
    browser.cookies.set(settings.SESSION_COOKIE_NAME, store.session_key)
    return browser


def _must_be_the_page(answer: requests.Response) -> None:
    """A redirect to the sign-in page would be fast, and no measurement."""
    answer.raise_for_status()
    if answer.history:
        raise RuntimeError(f"{answer.history[0].url} led to {answer.url}")


def timings(get: Callable[[int], requests.Response], rounds: int = ROUNDS) -> list[float]:
    seconds = []
    for turn in range(rounds + 10):
        started = time.perf_counter()
        answer = get(turn)
        taken = time.perf_counter() - started
        _must_be_the_page(answer)
        if turn >= 10:  # the first ones warm caches and connections
            seconds.append(taken)
    return seconds


def at_once(make_get: Callable[[], Callable[[int], requests.Response]]) -> float:
    """Requests a second with eight users who never pause."""
    counts = [0] * USERS
    end = time.perf_counter() + SECONDS

    def use(place: int) -> None:
        get = make_get()
        turn = place * 1000
        while time.perf_counter() < end:
            _must_be_the_page(get(turn))
            counts[place] += 1
            turn += 1

    threads = [threading.Thread(target=use, args=[place]) for place in range(USERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def numbers(messages: int = 20) -> list[int]:
    """Open tickets with about so many messages (bench.desk.LONG): earlier measurements have answered some."""
    from django.db.models import Count

    from tickets.models import Ticket

    latest = Ticket.objects.active().order_by("-updated_at", "-pk").values("pk")[:1000]
    long = (
        Ticket.objects.filter(pk__in=latest)
        .annotate(size=Count("messages"))
        .filter(size__gte=messages, size__lt=2 * messages)
    )
    return list(long.order_by("-pk").values_list("number", flat=True))


def measure(base: str, tickets: int) -> Iterable[Row]:
    some, long = numbers(), numbers(200)

    def reader(path: Callable[[int], str]) -> Callable[[], Callable[[int], requests.Response]]:
        def make() -> Callable[[int], requests.Response]:
            browser = signed_in()
            return lambda turn: browser.get(base + path(turn), timeout=60)

        return make

    pages: dict[str, Callable[[int], str]] = {
        "list": lambda turn: "/inbox/open/",
        "list_all": lambda turn: "/inbox/all/",
        "ticket": lambda turn: f"/t/{some[turn % len(some)]}/",
        "ticket_200": lambda turn: f"/t/{long[turn % len(long)]}/",
        "people": lambda turn: f"/people/?q=customer {1000 + turn}",
    }
    for name, path in pages.items():
        make = reader(path)
        yield from p50_and_p95(name, timings(make()), tickets=tickets, server=SERVER)
        rate = at_once(make)
        yield Row(
            name=f"{name}_8_users",
            value=round(rate, 1),
            unit="requests/s",
            n=USERS,
            tickets=tickets,
            server=SERVER,
        )


def replies(base: str, tickets: int) -> Iterable[Row]:
    """From the click to the answer of the desk: stored, its event written, the timeline told to refresh."""
    browser = signed_in()
    some = numbers()

    def reply(turn: int) -> requests.Response:
        number = some[turn % len(some)]
        return browser.post(
            f"{base}/t/{number}/reply/",
            {
                "body": "We have refunded you.",
                "client_key": f"{time.time_ns()}",
            },
            headers={"Referer": base, "HX-Request": "true", "X-CSRFToken": browser.cookies["csrf"]},
            timeout=60,
        )

    browser.get(f"{base}/t/{some[0]}/", timeout=60)  # brings the cookie that guards against forged requests
    yield from p50_and_p95("reply", timings(reply), tickets=tickets, server=SERVER)


def main() -> None:
    import django

    django.setup()
    base, tickets = sys.argv[1], int(sys.argv[2])
    for row in chain(measure(base, tickets), replies(base, tickets)):
        print(f"{row.name:<24}{row.value:>10} {row.unit:<12} n={row.n} at {row.tickets} tickets", flush=True)
        write([row])


if __name__ == "__main__":
    main()
