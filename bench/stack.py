"""The whole desk of `make run`: seconds to its first page, and memory when nobody asks anything.

Run as `python -m bench.stack`. It makes a demo desk in a folder of its own, stops it, and measures the second start.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from bench.environment import ROOT, free_port
from bench.rows import Row, write

SERVER = "make run"
STARTS = 3
PATIENCE, QUIET = 180, 45  # seconds
PROCESSES = Path("/proc")
# What a command line says, and what it is. The first that fits counts.
PROGRAMS = {
    " dev ": "make run itself",
    "demo_mail": "the demo's mail server",
    "uvicorn": "web",
    " worker": "worker",
    " beat": "beat",
    "idle_mail": "fetcher",
    "postgres": "PostgreSQL",
    "valkey": "Valkey",
    "": "other",
}
ONLY_HERE = ("make run itself", "the demo's mail server")  # no desk in production has them


@contextlib.contextmanager
def desk(home: Path) -> Iterator[float]:
    """The seconds from the command to the first page."""
    port, imap, smtp = free_port(), free_port(), free_port()
    own = {
        "HELPDESK_RUNTIME_DIR": str(home),
        "HELPDESK_DEMO": "1",
        "PORT": str(port),
        "DEMO_IMAP_PORT": str(imap),
        "DEMO_SMTP_PORT": str(smtp),
    }
    started = time.perf_counter()
    command = [sys.executable, "manage.py", "dev"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=subprocess.DEVNULL) as running:
        try:
            _first_page(f"http://127.0.0.1:{port}/login/")
            yield time.perf_counter() - started
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(60)


def _first_page(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            if requests.get(url, timeout=5).ok:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer within {PATIENCE} seconds.")


def memory_of(home: Path) -> dict[str, int]:
    """Kilobytes (PSS: shared memory counts once) by program, of everything that runs for this desk."""
    found: dict[str, int] = {}
    for process in PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(home) not in _about(process):
                continue
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            name = next(name for sign, name in PROGRAMS.items() if sign in command)
            found[name] = found.get(name, 0) + _pss(process)
    return found


def _about(process: Path) -> str:
    """Its command, its surroundings and its folder: PostgreSQL's children know only the last."""
    about = [(process / name).read_bytes().decode(errors="replace") for name in ("cmdline", "environ")]
    return " ".join([*about, str((process / "cwd").readlink())])


def _pss(process: Path) -> int:
    lines = (process / "smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1])


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="desk-bench-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with desk(home) as seconds:
            rows = [
                _row("demo_s", seconds, "s", 1, "the first start of all: database and demo desk are made")
            ]
        starts = []
        for _turn in range(STARTS):
            with desk(home) as seconds:
                starts.append(seconds)
        rows.append(
            _row("boot_s", sorted(starts)[STARTS // 2], "s", STARTS, "the embedded services start too")
        )
        with desk(home):
            time.sleep(QUIET)
            memory = memory_of(home)
        ordered = sorted(memory.items(), key=lambda item: (item[0] in ONLY_HERE, item[0]))
        shares = ", ".join(f"{name} {size // 1024}" for name, size in ordered)
        counted = sum(size for name, size in memory.items() if name not in ONLY_HERE)
        rows.append(_row("idle_pss_mib", counted / 1024, "MiB", 1, f"without the last two: {shares}"))
    for row in rows:
        print(f"{row.name:<24}{row.value:>10} {row.unit:<12} {row.note}", flush=True)
    write(rows)


def _row(name: str, value: float, unit: str, n: int, note: str) -> Row:
    return Row(name=name, value=round(value, 1), unit=unit, n=n, tickets=0, server=SERVER, note=note)


if __name__ == "__main__":
    main()
