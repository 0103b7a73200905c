"""The embedded services: shared, adopted, recovered."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from helpdesk.embedded import Services
from helpdesk.embedded.layout import PROJECT, Layout, package_directory

ENOUGH_FOR_A_START = 60
STAY_UNTIL_TOLD = "\nwith services.running(): print('in', flush=True); sys.stdin.read()"


@pytest.fixture(scope="module")
def services(services_home: Path) -> Iterator[Services]:
    """A pair that keeps its data, far from the one the tests stand on."""
    services = Services("dev", base=services_home)
    services.start()
    yield services
    services.stop()


@pytest.fixture
def down(services_home: Path) -> Iterator[Services]:
    """Another pair, not started."""
    services = Services("dev", base=services_home / secrets.token_hex(4))
    yield services
    services.stop()


def in_another_process(services: Services, code: str) -> subprocess.Popen[str]:
    opening = (
        "import os, signal, sys; from pathlib import Path; from helpdesk.embedded import Services; "
        f"services = Services('dev', base=Path({str(services.layout.root.parent)!r})); "
    )
    return subprocess.Popen(
        [sys.executable, "-c", opening + code],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=ENOUGH_FOR_A_START)
    return process.returncode


def test_what_was_committed_survives_a_kill_of_both_servers(services):
    with psycopg.connect(services.database_url) as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('still here')")
    redis.Redis.from_url(services.redis_url).set("kept", "still here")
    redis.Redis.from_url(services.redis_url).waitaof(1, 0, 5000)

    os.kill(services.postgres.process_id(), signal.SIGKILL)
    os.kill(services.valkey.process_id(), signal.SIGKILL)
    services.start()

    with psycopg.connect(services.database_url) as connection:
        assert connection.execute("select word from kept").fetchone() == ("still here",)
    assert redis.Redis.from_url(services.redis_url).get("kept") == b"still here"


def test_starting_what_is_up_adopts_it(services):
    before = services.postgres.process_id(), services.valkey.process_id()

    services.start()

    assert (services.postgres.process_id(), services.valkey.process_id()) == before


def test_six_processes_may_start_at_once(services):
    services.stop()

    starts = [in_another_process(services, "services.start()") for _ in range(6)]

    assert [finished(start) for start in starts] == [0] * 6
    assert services.status() == {"postgres": True, "valkey": True}


def test_an_initialisation_that_was_killed_half_way_is_done_again(down):
    down.layout.make(down.postgres.data, for_postgres=True)
    (down.postgres.data / "PG_VERSION").write_text("18")
    (down.postgres.data / "base").mkdir()

    with down.running(), psycopg.connect(down.database_url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_the_last_one_out_stops_them(down):
    with down.running():
        neighbour = in_another_process(down, STAY_UNTIL_TOLD)
        assert neighbour.stdout.readline() == "in\n"
    assert down.status() == {"postgres": True, "valkey": True}

    assert finished(neighbour) == 0
    assert down.status() == {"postgres": False, "valkey": False}


def test_a_killed_user_leaves_no_reference(down):
    killed = in_another_process(down, "\nwith services.running(): os.kill(os.getpid(), signal.SIGKILL)")
    assert finished(killed) == -signal.SIGKILL
    assert down.status() == {"postgres": True, "valkey": True}

    with down.running():
        pass

    assert down.status() == {"postgres": False, "valkey": False}


def test_the_extensions_the_desk_needs_are_there(services):
    with psycopg.connect(services.database_url) as connection:
        for name in ("vector", "pg_trgm", "unaccent", "citext", "btree_gin", "pg_stat_statements"):
            connection.execute(f"create extension if not exists {name}")
        assert connection.execute("select lower('ÄÖẞ')").fetchone() == ("äöß",)


def test_nobody_listens_on_a_port(services):
    with psycopg.connect(services.database_url) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    assert redis.Redis.from_url(services.redis_url).config_get("port") == {"port": "0"}


def test_a_long_path_moves_the_sockets_to_a_short_one(services_home):
    layout = Layout.of("dev", services_home / ("long" * 30))

    assert len(str(layout.sockets)) < 80
    assert layout.sockets.parent == Path("/tmp")


def test_a_directory_of_somebody_else_is_refused(tmp_path):
    layout = Layout.of("dev", tmp_path)
    (tmp_path / "trap").symlink_to("/usr")

    with pytest.raises(RuntimeError, match="belongs to somebody else"):
        layout.make(tmp_path / "trap")


def test_a_missing_wheel_is_named():
    with pytest.raises(SystemExit, match="no_such_wheel"):
        package_directory("no_such_wheel")


def test_the_terminal_command_says_what_is_up(services):
    environment = os.environ | {
        "HELPDESK_PROFILE": "dev",
        "HELPDESK_RUNTIME_DIR": str(services.layout.root.parent),
    }
    command = [sys.executable, "-m", "helpdesk.embedded", "run", "--", "printenv", "DATABASE_URL"]

    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == services.database_url
