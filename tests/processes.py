"""The desk's background processes, as they run in production: fetcher, worker and beat."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PATIENCE = 30


def background_programs(place: Path) -> dict[str, list[str]]:
    celery = [sys.executable, "-m", "celery", "-A", "helpdesk"]
    quiet = ["--loglevel", "warning"]
    return {
        "fetcher": [sys.executable, "manage.py", "idle_mail"],
        "worker": [
            *celery,
            "worker",
            "-P",
            "threads",
            "-c",
            "2",
            "--without-gossip",
            "--without-mingle",
            *quiet,
        ],
        "beat": [*celery, "beat", "--pidfile=", "-s", str(place / "beat-schedule"), *quiet],
    }


@contextmanager
def desk_at_work(place: Path, **environment: str) -> Iterator[None]:
    """Run all of them on the test's own database and broker, whose addresses stand in the environment."""
    with ExitStack() as stack:
        log = stack.enter_context((place / "processes.log").open("ab"))
        for command in background_programs(place).values():
            process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            stack.callback(_end, process)
        yield


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def is_alive(pid: int) -> bool:
    """Running, and not just a name that nobody has collected yet."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
