"""Run the measurements: `make bench`, or `make bench-scale N=1000000` on a large desk."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable

from bench import environment
from helpdesk.embedded import Services


def pages(services: Services, tickets: int) -> None:
    url = environment.prepare(services, tickets)
    with environment.web(services, url) as base:
        run("bench.pages", base, str(tickets), environment=environment.environment(services, url))


def live(services: Services, tickets: int) -> None:
    url = environment.prepare(services, tickets)
    with environment.bell(services, url) as base:
        address = base.replace("http://", "ws://") + "/ws/live/"
        run("bench.live", address, str(tickets), environment=environment.environment(services, url))


def intake(services: Services, tickets: int) -> None:
    url = environment.prepare(services, tickets)
    run("bench.intake", str(tickets), environment=environment.environment(services, url))


def stack(_services: Services, _tickets: int) -> None:
    run("bench.stack", environment=dict(os.environ))


def bombs(_services: Services, _tickets: int) -> None:
    run("bench.bombs", environment=dict(os.environ))


def run(module: str, *arguments: str, environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-m", module, *arguments], env=environment, check=True)


MEASURES: dict[str, Callable[[Services, int], None]] = {
    "pages": pages,
    "live": live,
    "intake": intake,
    "bombs": bombs,
    "stack": stack,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000, help="the size of the desk to measure on")
    parser.add_argument("--only", nargs="*", choices=list(MEASURES), default=list(MEASURES))
    chosen = parser.parse_args()
    with Services("dev").running() as services:
        for name in chosen.only:
            print(f"── {name}", flush=True)
            MEASURES[name](services, chosen.tickets)


if __name__ == "__main__":
    main()
