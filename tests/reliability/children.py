"""Workers in processes of their own, to be killed. Forked from one that has Django ready, so a new one costs little.

    fetch   collects mail from every mailbox, over and over
    work    reads what arrived, lets the desk react, and sends what is due, over and over

Each does what the desk's own programs do, without the pauses.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.context import ForkServerContext, ForkServerProcess

import django
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone

if not apps.ready:
    django.setup()  # in the process that the workers are forked from

# Loaded there, too, so that every worker of a test runs the same code.
from channels_inbox import intake, sending
from channels_inbox.email import mailbox
from channels_inbox.models import Inbox
from foundation import faults
from tickets import dispatch

PAUSE = 0.05


def context() -> ForkServerContext:
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["tests.reliability.children"])
    return found


def start(role: str, plan: str = "", *, lease: int = 2, clock: float = 0) -> ForkServerProcess:
    """A worker; `plan` arms its fault points. `lease` is how long its claims hold, `clock` how wrong its clock is,
    both in seconds."""
    child = context().Process(target=run, args=(role, plan, lease, clock), daemon=True)
    child.start()
    return child


def run(role: str, plan: str, lease: int, clock: float = 0) -> None:
    if clock:
        set_clock(clock)
    settings.CLAIM_LEASE_SECONDS = settings.SENDING_LEASE_SECONDS = lease
    faults.arm(plan)
    once, tests = ROLES[role], multiprocessing.parent_process()
    while tests is None or tests.is_alive():  # nobody is left behind by a test run that is killed
        once()
        time.sleep(PAUSE)


def set_clock(wrong: float) -> None:
    """From here on this process believes that it is so many seconds later."""
    right, right_time = timezone.now, time.time
    time.time = lambda: right_time() + wrong
    for module in list(sys.modules.values()):
        if getattr(module, "now", None) is right:
            module.now = lambda: right() + timedelta(seconds=wrong)  # type: ignore[attr-defined]


def fetch() -> None:
    for inbox in Inbox.objects.fetching():
        mailbox.poll(inbox)


def work() -> None:
    try:
        intake.process_due()
        dispatch.process_events()
        sending.send_due()
    except (
        DatabaseError,
        InterfaceError,
    ):  # as Celery does: the task fails, and the next one has a new connection
        close_old_connections()


ROLES: dict[str, Callable[[], None]] = {"fetch": fetch, "work": work}
