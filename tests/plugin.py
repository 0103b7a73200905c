"""The ground every test stands on: its own PostgreSQL database and its own Valkey, both real.

Loaded with `-p tests.plugin`, so before Django reads its settings. Each pytest process (and
each xdist worker) gets a database cloned from a migrated template and a Valkey of its own; their addresses go
into the environment, so a command that a test starts finds the same database as the test.
Two runs at once never meet: names carry the token of the run, and what a killed run left behind is
dropped by the next one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from helpdesk.embedded import Services, Valkey

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES_KEPT = 3  # of earlier migrations: a switch between two branches then costs nothing
BUILDING = 20_241  # the advisory lock of whoever builds a template

os.environ["HELPDESK_PROFILE"] = "test"
for name in (
    "DEBUG",
    "HELPDESK_DEMO",
    "HELPDESK_FAULTS",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "REDIS_PREFIX",
    "PORT",
):
    os.environ.pop(name, None)  # what a terminal happens to have set is not for the tests


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    services = Services("test")
    stack = ExitStack()
    early_config.add_cleanup(stack.close)
    if worker == "main":
        stack.enter_context(services.running())
        os.environ["TEST_RUN"] = stack.enter_context(run_token(services))
        os.environ["TEST_TEMPLATE"] = _template(services)
    name = f"test_{os.environ['TEST_RUN']}_{worker}"
    place = stack.enter_context(_place(services, name))
    os.environ["TEST_PLACE"] = str(place)
    os.environ["MEDIA_ROOT"] = str(place / "media")
    os.environ["DATABASE_URL"] = stack.enter_context(_database(services, name))
    os.environ["REDIS_URL"] = stack.enter_context(_valkey(services, place))


@contextmanager
def run_token(services: Services) -> Iterator[str]:
    """A token for this run. The kernel holds its lock for exactly as long as the run lives."""
    runs = services.layout.root / "runs"
    services.layout.make(runs)
    token = secrets.token_hex(4)
    path = runs / f"{token}.lock"
    with path.open("a") as ours:
        with (runs / "claim").open("a") as claim:
            fcntl.flock(claim, fcntl.LOCK_EX)
            fcntl.flock(ours, fcntl.LOCK_EX)
            _sweep(services, living={file.stem for file in runs.glob("*.lock") if _is_held(file)})
        yield token
        path.unlink()


def _is_held(path: Path) -> bool:
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _sweep(services: Services, *, living: set[str]) -> None:
    """Drop what killed runs left behind."""
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        for name in _databases(connection, "test_"):
            if name.split("_")[1] not in living:
                _drop(connection, name)
    for path in (services.layout.root / "runs").iterdir():
        if path.is_dir() and path.name.split("_")[1] not in living:
            shutil.rmtree(path, ignore_errors=True)
        elif path.suffix == ".lock" and path.stem not in living:
            path.unlink(missing_ok=True)


def _databases(connection: psycopg.Connection, prefix: str) -> list[str]:
    """Newest first."""
    question = "select datname from pg_database where starts_with(datname, %s) order by oid desc"
    return [name for (name,) in connection.execute(question, [prefix])]


def _drop(connection: psycopg.Connection, name: str) -> None:
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _template(services: Services) -> str:
    """The name of a migrated database; built once for each state of the migrations."""
    name = f"template_{_migrations_digest()}"
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(%s)", [BUILDING])
        if name not in _databases(connection, "template_"):
            building = name.replace("template_", "building_")
            _drop(connection, building)
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(building)))
            _migrate(_address(services, building))
            connection.execute(
                sql.SQL("alter database {} rename to {}").format(
                    sql.Identifier(building), sql.Identifier(name)
                )
            )
        for old in _databases(connection, "template_")[TEMPLATES_KEPT:]:
            if old != name:
                _drop(connection, old)
    return name


def _migrations_digest() -> str:
    digest = hashlib.sha256()
    for path in [*sorted(PROJECT.glob("*/migrations/*.py")), PROJECT / "requirements" / "run.txt"]:
        digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _migrate(address: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "-v0"]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | {"DATABASE_URL": address},
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise pytest.UsageError(f"The migrations failed:\n{done.stdout}{done.stderr}")


def _address(services: Services, database: str) -> str:
    return services.database_url.rsplit("/", 1)[0] + "/" + database


@contextmanager
def _database(services: Services, name: str) -> Iterator[str]:
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        clone = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(clone.format(sql.Identifier(name), sql.Identifier(os.environ["TEST_TEMPLATE"])))
    yield _address(services, name)
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        _drop(connection, name)


@contextmanager
def _place(services: Services, name: str) -> Iterator[Path]:
    """A directory for what this process writes."""
    place = services.layout.root / "runs" / name
    services.layout.make(place)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _valkey(services: Services, place: Path) -> Iterator[str]:
    """A server of its own, so that a test may empty it or kill it without asking the others."""
    socket = services.layout.sockets / f"{place.name}.sock"
    valkey = Valkey(place, socket, throw_away=True, dies_with_us=True)
    valkey.start()
    yield valkey.url
    valkey.stop()
    socket.unlink(missing_ok=True)
