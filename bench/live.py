"""How long a change takes to reach the other browsers, with 500 of them open.

Run as `python -m bench.live WS_URL TICKETS`, with DATABASE_URL and REDIS_URL of the server behind WS_URL. What is
timed runs from before the change is made until a socket has the bell: service, commit, dispatch, Redis, hub.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from bench.rows import Row, p50_and_p95, write

SOCKETS, CHANGES, BURST = 500, 30, 150
SERVER = "uvicorn, one process"


async def listen(socket: object, heard: dict[int, list[float]]) -> None:
    async for frame in socket:  # type: ignore[attr-defined]
        ticket = json.loads(frame).get("ticket")
        if ticket is not None:
            heard.setdefault(ticket, []).append(time.perf_counter())


async def enough(heard: dict[int, list[float]], wanted: int, ticket: int | None = None) -> None:
    deadline = time.perf_counter() + 30
    while time.perf_counter() < deadline:
        count = len(heard.get(ticket, ())) if ticket else sum(map(len, heard.values()))
        if count >= wanted:
            return
        await asyncio.sleep(0.005)


def change(number: int) -> None:
    from tickets import dispatch
    from tickets.models import Ticket
    from tickets.services import workflow

    ticket = Ticket.objects.get(number=number)
    workflow.change_priority(ticket=ticket, priority=ticket.priority % 4 + 1, actor="bench")
    dispatch.process_events()


def settle() -> None:
    """What other measurements left to react to is no part of this one."""
    from tickets import dispatch

    dispatch.process_events()


def ring_many(numbers: list[int]) -> None:
    from tickets import dispatch
    from tickets.models import Ticket
    from tickets.services import workflow

    for ticket in Ticket.objects.filter(number__in=numbers):
        workflow.change_priority(ticket=ticket, priority=ticket.priority % 4 + 1, actor="bench")
    dispatch.process_events()


async def measure(url: str, origin: str, cookie: str, numbers: list[int], tickets: int) -> list[Row]:
    import websockets

    await asyncio.to_thread(settle)
    heard: dict[int, list[float]] = {}
    sockets = [
        await websockets.connect(url, additional_headers={"Cookie": cookie}, origin=origin)  # type: ignore[arg-type]
        for _place in range(SOCKETS)
    ]
    listeners = [asyncio.create_task(listen(socket, heard)) for socket in sockets]
    delays: list[float] = []
    for number in numbers[:CHANGES]:
        started = time.perf_counter()
        await asyncio.to_thread(change, number)
        await enough(heard, SOCKETS, number)
        delays += [at - started for at in heard[number]]
    rows = p50_and_p95("live", delays, tickets=tickets, server=SERVER, note=f"{SOCKETS} sockets open")
    heard.clear()
    await asyncio.to_thread(ring_many, numbers[CHANGES : CHANGES + BURST])
    await enough(heard, SOCKETS * BURST)
    moments = sorted(at for times in heard.values() for at in times)
    rate = len(moments) / (moments[-1] - moments[0])
    rows.append(
        Row(
            name="live_deliveries",
            value=round(rate),
            unit="frames/s",
            n=len(moments),
            tickets=tickets,
            server=SERVER,
            note="read by one client process, which is busy too",
        )
    )
    for task in listeners:
        task.cancel()
    await asyncio.gather(*(socket.close() for socket in sockets))
    return rows


def main() -> None:
    import django

    django.setup()
    from bench.browser import signed_in
    from bench.pages import numbers

    url, tickets = sys.argv[1], int(sys.argv[2])
    origin = url.replace("ws://", "http://").partition("/ws/")[0]
    cookie = signed_in(origin).cookie
    some = numbers()[: CHANGES + BURST]
    rows = asyncio.run(measure(url, origin, cookie, some, tickets))
    for row in rows:
        print(f"{row.name:<24}{row.value:>10} {row.unit:<12} n={row.n} at {row.tickets} tickets", flush=True)
    write(rows)


if __name__ == "__main__":
    main()
