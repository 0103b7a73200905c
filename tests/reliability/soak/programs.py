"""The desk's own programs, to be killed: fetcher, two workers, beat. Forked, so that a new one costs little.

One worker has processes, as in production, the other threads, as `make run` has it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import django
from django.apps import apps

if not apps.ready:
    django.setup()  # in the process that they are forked from

from channels_inbox.email.idle import Supervisor
from helpdesk import worker_watch
from helpdesk.celery import app

app.loader.import_default_modules()
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "warning", "-c", "2")


def fetch(place: Path) -> None:
    Supervisor().run()


def work_in_processes(place: Path) -> None:
    app.worker_main(["worker", "-P", "prefork", "-n", f"p{os.getpid()}@soak", *QUIET])


def work_in_threads(place: Path) -> None:
    app.worker_main(["worker", "-P", "threads", "-n", f"t{os.getpid()}@soak", *QUIET])


def ring(place: Path) -> None:
    app.Beat(loglevel="WARNING", schedule=str(place / "beat-schedule"), quiet=True).run()


def leave() -> None:
    """A deaf worker starts itself anew; what was forked has no command line to do so, and is forked again."""
    os._exit(1)


worker_watch.start_anew = leave
ROLES: dict[str, Callable[[Path], None]] = {
    "fetcher": fetch,
    "worker of processes": work_in_processes,
    "worker of threads": work_in_threads,
    "beat": ring,
}


def start(role: str, place: Path) -> ForkServerProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.reliability.soak.programs"])
    program = context.Process(target=run, args=(role, place), daemon=True)
    program.start()
    return program


def run(role: str, place: Path) -> None:
    os.setpgid(0, 0)  # so that at the end its children can be found
    _write_to(place / "programs.log")
    threading.Thread(target=_die_with_the_soak, daemon=True).start()
    ROLES[role](place)


def children_of(pid: int) -> list[int]:
    """A worker's processes, and those that read mail for it."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def end_group(pid: int) -> None:
    """Whoever a killed program has left behind: such a one finishes its task and goes by itself, but later."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _write_to(path: Path) -> None:
    with path.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)


def _die_with_the_soak() -> None:
    soak = multiprocessing.parent_process()
    assert soak is not None
    soak.join()
    end_group(os.getpid())
