"""`make run`: the demo desk from nothing, again after a kill, and never twice on one port."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpdesk.embedded import Services
from helpdesk.embedded.layout import PROJECT
from tests.processes import is_alive

PATIENCE = 120


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module")
def place(services_home) -> Iterator[dict[str, str]]:
    """The environment of a desk of its own."""
    ports = {name: str(free_port()) for name in ("PORT", "DEMO_IMAP_PORT", "DEMO_SMTP_PORT")}
    ours = {"HELPDESK_PROFILE": "dev", "HELPDESK_DEMO": "1", "HELPDESK_RUNTIME_DIR": str(services_home)}
    given = ("DATABASE_URL", "REDIS_URL", "MEDIA_ROOT")
    yield {name: value for name, value in os.environ.items() if name not in given} | ours | ports
    Services("dev", base=services_home).stop()


@contextmanager
def running(place: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and what it said until it was ready."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "dev"],
        cwd=PROJECT,
        env=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = ""
    for line in process.stdout:
        said += line
        if "@demo.test" in line and "customer@" in line:
            break
    try:
        yield process, said
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


def get(address: str) -> tuple[str, str]:
    """Where it leads, and what stands there."""
    with urllib.request.urlopen(address, timeout=30) as response:
        return response.url, response.read().decode()


def test_the_demo_desk_starts_from_nothing_and_says_where_to_click(place):
    with running(place) as (process, said):
        assert f"ready: http://127.0.0.1:{place['PORT']}/" in said, said
        links = dict(re.findall(r"(\w+@demo\.test) +(http\S+)", said))
        assert {"admin@demo.test", "manager@demo.test", "agent@demo.test", "customer@demo.test"} <= set(links)
        _, page = get(links["admin@demo.test"])
        assert "<html" in page
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)

    assert process.returncode == 0
    assert Services("dev", base=Path(place["HELPDESK_RUNTIME_DIR"])).status() == {
        "postgres": False,
        "valkey": False,
    }


def test_after_a_kill_the_next_run_takes_over_what_was_left(place):
    services = Services("dev", base=Path(place["HELPDESK_RUNTIME_DIR"]))
    with running(place) as (killed, _):
        pids = _children(killed.pid) - {services.valkey.process_id()}
        assert pids
        killed.kill()
        killed.wait()

    assert services.status() == {"postgres": True, "valkey": True}
    with running(place) as (_, said):
        assert "ready:" in said, said
        assert not any(is_alive(pid) for pid in pids)
        second = subprocess.run(
            [sys.executable, "manage.py", "dev"],
            cwd=PROJECT,
            env=place,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Is the desk running already?" in second.stderr


def _children(pid: int) -> set[int]:
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    return {int(word) for word in children.stdout.split()}
