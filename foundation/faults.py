"""Named places where a test may kill, break or hold the program: the fault points of the pipelines.

Code on a pipeline says `faults.point("outbox.after_accept")`. That does nothing until faults are armed,
by HELPDESK_FAULTS when a process starts or by `armed()` inside a test:

    intake.before_commit=kill@3     SIGKILL to this process at the third pass
    outbox.after_accept=raise       FaultInjected at every pass
    imap.after_insert=hang:2@1      sleep two seconds at the first pass
    outbox.after_accept=cut@1       the database ends this thread's connection at the first pass

Several are separated by semicolons. Passes are counted per process. A name that is not in FAULT_POINTS is
an error, so a test cannot arm a point that nobody passes.
"""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

FAULT_POINTS = frozenset(
    {
        "hook.after_commit",
        "imap.after_fetch",
        "imap.after_insert",
        "imap.before_flag",
        "oauth.renewed",
        "intake.claimed",
        "intake.mid_parse",
        "intake.before_commit",
        "intake.after_commit",
        "dispatch.before_commit",
        "dispatch.after_commit",
        "outbox.claimed",
        "outbox.before_send",
        "outbox.after_accept",
        "outbox.before_mark",
    }
)

PLAN = re.compile(
    r"(?P<name>[\w.]+)=(?P<deed>kill|raise|cut|hang:(?P<seconds>\d+(?:\.\d+)?))(?:@(?P<at>[1-9]\d*))?"
)


class FaultInjected(Exception):
    """Raised by an armed point. Not a HelpdeskError: no person caused it."""


@dataclass(frozen=True, slots=True)
class Fault:
    deed: str  # kill, raise, cut or hang
    at: int | None = None  # only at this pass; None means at every one
    seconds: float = 0.0  # how long a hang lasts


_armed: dict[str, Fault] = {}
_passes: Counter[str] = Counter()
_counting = threading.Lock()


def point(name: str) -> None:
    """Pass a fault point."""
    if _armed:
        _pass(name)


def passes(name: str) -> int:
    """How often a point was passed since faults were armed."""
    return _passes[name]


def _pass(name: str) -> None:
    if name not in FAULT_POINTS:
        raise LookupError(f"{name!r} is no fault point; add it to FAULT_POINTS.")
    with _counting:
        _passes[name] += 1
        count = _passes[name]
    fault = _armed.get(name)
    if fault is None or fault.at not in (None, count):
        return
    if fault.deed == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if fault.deed == "hang":
        time.sleep(fault.seconds)
        return
    if fault.deed == "cut":
        _cut_connection()
        return
    raise FaultInjected(f"{name}, pass {count}")


def _cut_connection() -> None:
    """As when the database restarts: the next statement fails, and a new connection works."""
    connection.ensure_connection()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [connection.connection.info.backend_pid])
    finally:
        other.close()


def parse(plan: str) -> dict[str, Fault]:
    """Read a plan such as "intake.before_commit=kill@3;outbox.after_accept=raise"."""
    faults = {}
    for part in filter(None, (part.strip() for part in plan.split(";"))):
        match = PLAN.fullmatch(part)
        if match is None:
            raise ImproperlyConfigured(
                f"HELPDESK_FAULTS: {part!r} is not name=kill, raise, cut or hang:seconds, with @pass."
            )
        if match["name"] not in FAULT_POINTS:
            raise ImproperlyConfigured(f"HELPDESK_FAULTS: there is no fault point {match['name']!r}.")
        at = int(match["at"]) if match["at"] else None
        faults[match["name"]] = Fault(match["deed"].partition(":")[0], at, float(match["seconds"] or 0))
    return faults


def arm(plan: str) -> None:
    """Arm the faults of a plan in this process, and count from zero. An empty plan disarms."""
    faults = parse(plan)
    if faults and not settings.FAULTS_ALLOWED:
        raise ImproperlyConfigured("HELPDESK_FAULTS is set, but faults are only for tests and development.")
    _passes.clear()
    _armed.clear()
    _armed.update(faults)


@contextmanager
def armed(plan: str) -> Iterator[None]:
    """The faults of a plan, for as long as the block runs."""
    arm(plan)
    try:
        yield
    finally:
        arm("")
