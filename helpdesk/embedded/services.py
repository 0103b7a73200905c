"""PostgreSQL and Valkey as a pair that several processes share."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from helpdesk.embedded.layout import Layout
from helpdesk.embedded.postgres import Postgres
from helpdesk.embedded.valkey import Valkey


class Services:
    """The pair of one profile: "dev" keeps its data, "test" is fast and forgetful."""

    def __init__(self, profile: str = "dev", *, base: Path | None = None) -> None:
        self.layout = Layout.of(profile, base)
        throw_away = profile == "test"
        self.postgres = Postgres(self.layout, throw_away=throw_away)
        self.valkey = Valkey(
            self.layout.root / "valkey", self.layout.sockets / "valkey.sock", throw_away=throw_away
        )

    @property
    def database_url(self) -> str:
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        return self.valkey.url

    def start(self) -> None:
        """Bring both up, or find them up. Safe to call from many processes at once."""
        with self._lock():
            self.layout.make(self.layout.sockets)
            self.layout.make(self.valkey.data)
            self.postgres.start()
            self.valkey.start()

    def stop(self) -> None:
        with self._lock():
            self.postgres.stop()
            self.valkey.stop()

    def status(self) -> dict[str, bool]:
        return {"postgres": self.postgres.is_ready(), "valkey": self.valkey.is_ready()}

    @contextlib.contextmanager
    def running(self) -> Iterator[Services]:
        """Both are up inside the block; the last process to leave stops them."""
        self.layout.make(self.layout.root)
        with (self.layout.root / "users.lock").open("a") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                self.start()
                yield self
            finally:
                with contextlib.suppress(BlockingIOError):  # somebody else still uses them
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self.layout.make(self.layout.root)
        with (self.layout.root / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
