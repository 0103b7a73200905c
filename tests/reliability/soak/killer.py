"""Kills programs and servers at random, by SIGKILL, and starts them again."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from multiprocessing.context import ForkServerProcess

from tests.reliability.soak import programs
from tests.reliability.soak.ground import Ground

# Of twelve kills: everybody has its turn, in an order that nobody knows.
VICTIMS = (
    *("worker of processes",) * 3,
    *("worker of threads",) * 3,
    *("fetcher",) * 2,
    *("Redis",) * 2,
    "PostgreSQL",
    "beat",
)
TICK = 0.05
LONGEST_ABSENCE = 2.0  # seconds that a server is away, besides its start


class Killer(threading.Thread):
    """Strikes every `every` seconds on average while it is let; at rest everything runs."""

    def __init__(self, ground: Ground, chance: random.Random) -> None:
        super().__init__(name="killer", daemon=True)
        self.ground, self.chance = ground, chance
        self.kills: Counter[str] = Counter()
        self.left: Counter[str] = Counter()  # of themselves
        self.trouble: BaseException | None = None
        self._programs: dict[str, ForkServerProcess] = {}
        self._groups: set[int] = set()
        self._order: list[str] = []
        self._every = self._due = 0.0
        self._let = threading.Event()
        self._busy = threading.Lock()
        self._ended = threading.Event()
        for role in programs.ROLES:
            self._start(role)

    def strike(self, *, every: float) -> None:
        self._every, self._due = every, time.monotonic()
        self._let.set()

    def rest(self) -> None:
        """Returns when the last victim is up again."""
        self._let.clear()
        with self._busy:
            self.check()

    def check(self) -> None:
        """Raises what ended the killing."""
        if self.trouble:
            raise self.trouble

    def end(self) -> None:
        self._ended.set()
        self.join()
        for group in self._groups:
            programs.end_group(group)
        for program in self._programs.values():
            program.join()

    def run(self) -> None:
        while not self._ended.wait(TICK):
            with self._busy:
                try:
                    self._revive()
                    if self._let.is_set() and time.monotonic() >= self._due:
                        # By a plan, so that the time a start takes makes the strikes no fewer.
                        self._due += self.chance.uniform(0.2, 1.8) * self._every
                        self._kill(self._next())
                except Exception as trouble:
                    self.trouble = trouble
                    return

    def _revive(self) -> None:
        for role, program in list(self._programs.items()):
            if not program.is_alive():
                self.left[role] += 1
                self._start(role)

    def _next(self) -> str:
        if not self._order:
            self._order = self.chance.sample(VICTIMS, len(VICTIMS))
        return self._order.pop()

    def _kill(self, victim: str) -> None:
        self.kills[victim] += 1
        match victim:
            case "Redis":
                self._kill_server(self.ground.services.valkey)
            case "PostgreSQL":
                self._kill_server(self.ground.services.postgres)
            case _:
                self._kill_program(victim)

    def _kill_server(self, server: object) -> None:
        os.kill(server.process_id(), signal.SIGKILL)  # type: ignore[attr-defined]
        time.sleep(self.chance.uniform(0.1, LONGEST_ABSENCE))
        for is_last in (False, False, True):
            try:
                server.start()  # type: ignore[attr-defined]
            except RuntimeError:  # on a busy machine what is left of the dead server goes slowly
                if is_last:
                    raise
            else:
                break

    def _kill_program(self, role: str) -> None:
        program = self._programs[role]
        below = programs.children_of(program.pid or 0)
        if role.startswith("worker") and below and self.chance.random() < 0.3:
            with suppress(ProcessLookupError):  # a worker has to notice the death of one of its processes
                os.kill(self.chance.choice(below), signal.SIGKILL)
            return
        program.kill()
        program.join()
        self._start(role)

    def _start(self, role: str) -> None:
        self._programs[role] = programs.start(role, self.ground.home)
        self._groups.add(self._programs[role].pid or 0)
