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
from urllib.parse import quote

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from bench.browser import signed_in
from bench.environment import SERVER
from bench.rows import Row, p50_and_p95, write

ROUNDS, WARM_UP = 200, 20
USERS, SECONDS = 8, 8.0


def timings(ask: Callable[[int], object]) -> list[float]:
    """Seconds of single requests, after some that warm caches and connections."""
    seconds = []
    for turn in range(WARM_UP + ROUNDS):
        started = time.perf_counter()
        ask(turn)
        seconds.append(time.perf_counter() - started)
    return seconds[WARM_UP:]


def at_once(base: str, path: Callable[[int], str]) -> float:
    """Requests a second with eight users who never pause."""
    counts = [0] * USERS
    end = time.perf_counter() + SECONDS

    def use(place: int) -> None:
        browser = signed_in(base)
        turn = place * 1000
        while time.perf_counter() < end:
            browser.get(path(turn))
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
    long = Ticket.objects.filter(pk__in=latest).annotate(size=Count("messages"))
    long = long.filter(size__gte=messages, size__lt=2 * messages)
    return list(long.order_by("-pk").values_list("number", flat=True))


def measure(base: str, tickets: int) -> Iterable[Row]:
    some, long = numbers(), numbers(200)
    pages: dict[str, Callable[[int], str]] = {
        "list": lambda turn: "/inbox/open/",
        "list_all": lambda turn: "/inbox/all/",
        "ticket": lambda turn: f"/t/{some[turn % len(some)]}/",
        "ticket_200": lambda turn: f"/t/{long[turn % len(long)]}/",
        "people": lambda turn: f"/people/?q={quote(f'customer {1000 + turn}')}",
    }
    for name, path in pages.items():
        browser = signed_in(base)
        yield from p50_and_p95(
            name,
            timings(lambda turn, browser=browser, path=path: browser.get(path(turn))),  # type: ignore[misc]
            tickets=tickets,
            server=SERVER,
        )
        yield Row(
            name=f"{name}_8_users",
            value=round(at_once(base, path), 1),
            unit="requests/s",
            n=USERS,
            tickets=tickets,
            server=SERVER,
        )


def replies(base: str, tickets: int) -> Iterable[Row]:
    """From the click to the answer of the desk: stored, its event written, the timeline told to refresh."""
    browser, some = signed_in(base), numbers()
    browser.get(f"/t/{some[0]}/")  # brings the cookie that guards against forged requests
    headers = {"Referer": base, "HX-Request": "true", "X-CSRFToken": browser.cookies["csrf"]}

    def reply(turn: int) -> None:
        form = {"body": "We have refunded you.", "client_key": f"{time.time_ns()}"}
        browser.post(f"/t/{some[turn % len(some)]}/reply/", form, **headers)

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
