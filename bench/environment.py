"""A database of its own for each size of desk, and the production server in front of it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import requests

from helpdesk.embedded import Services

ROOT = Path(__file__).resolve().parents[1]
SERVER = "gunicorn gthread 2×4"


def database_name(tickets: int) -> str:
    return f"bench_{tickets}"


def with_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def prepare(services: Services, tickets: int) -> str:
    """The address of a desk of this size, made where it is not there yet or is of another schema."""
    name = database_name(tickets)
    url = with_database(services.database_url, name)
    with psycopg.connect(services.database_url, autocommit=True) as server:
        exists = server.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if not exists:
            # Under another name until it is complete: a fill that was cut short is done again.
            server.execute(f'drop database if exists "{name}_new" with (force)')
            server.execute(f'create database "{name}_new"')
            child = [sys.executable, "-m", "bench.fill", str(tickets)]
            subprocess.run(child, cwd=ROOT, env=environment(services, f"{url}_new"), check=True)
            server.execute(f'alter database "{name}_new" rename to "{name}"')
    return url


def environment(services: Services, database_url: str, **more: str) -> dict[str, str]:
    redis_url = services.redis_url.replace("db=0", "db=9")
    own = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "REDIS_PREFIX": "bench",
        "HELPDESK_DEMO": "0",
    }
    return {**os.environ, **own, **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web(services: Services, database_url: str) -> contextlib.AbstractContextManager[str]:
    """gunicorn as in production, on the loopback. Gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "helpdesk.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--log-level", "warning"]
    return _serving(command, port, services, database_url)


def bell(services: Services, database_url: str) -> contextlib.AbstractContextManager[str]:
    """uvicorn for the sockets, as in production, on the loopback. Gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "helpdesk.asgi:application", "--port", str(port)]
    command += ["--ws", "websockets-sansio", "--no-access-log", "--log-level", "warning"]
    return _serving(command, port, services, database_url)


@contextlib.contextmanager
def _serving(command: list[str], port: int, services: Services, database_url: str) -> Iterator[str]:
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(services, database_url, PORT=str(port))
    ) as server:
        try:
            _wait_for(address + "/healthz")
            yield address
        finally:
            server.terminate()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(requests.ConnectionError, requests.Timeout):
            if requests.get(url, timeout=5).ok:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer within a minute.")
