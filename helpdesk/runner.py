"""Several programs in one terminal: readable logs, one Ctrl-C, and nothing left behind.

Each program leads a process group of its own, so that a Ctrl-C reaches this process alone and
the programs are stopped in good order. The kernel tells them when this process dies, however
it dies (Linux).
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, TextIO

from watchfiles import PythonFilter, watch

from helpdesk.embedded.valkey import dies_with_parent

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
GRACE = 8.0  # seconds between the request to stop and the end of patience
TICK = 0.1
OURS = "desk"


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    command: Sequence[str]
    colour: int


class Runner:
    def __init__(
        self,
        programs: Sequence[Program],
        *,
        environment: Mapping[str, str],
        watched: Path | None = None,
        with_parent: bool = False,
        output: TextIO = sys.stdout,
    ) -> None:
        """Start the programs anew when Python below `watched` changes; stop with the calling process if told so."""
        self.environment = dict(environment)
        self.watched = watched
        self.parent = os.getppid() if with_parent else None
        self.output = output
        self._in_colour = output.isatty()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._groups = [list(programs)]  # in the order in which they were started
        self._writing = threading.Lock()
        self._stop = threading.Event()
        self._changed = threading.Event()

    def run(self, every_tick: Callable[[], None]) -> int:
        """Until a signal, the end of the parent or of a program; the exit code of the program, or 0.

        `every_tick` is called ten times a second, in this thread.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        if self.watched:
            threading.Thread(target=self._watch, args=(self.watched,), daemon=True).start()
        try:
            self._start_all()
            return self._attend(every_tick)
        finally:
            self._finish()

    def add(self, programs: Sequence[Program]) -> None:
        """More programs, which are stopped before the earlier ones; call it from `every_tick`."""
        self._groups.append(list(programs))
        self._start(programs)

    def say(self, line: str, *, name: str = OURS, colour: int = 32) -> None:
        tag = f"{name:<8}│ "
        with self._writing, contextlib.suppress(BrokenPipeError):
            if self._in_colour:
                print(f"\x1b[{colour}m{tag}\x1b[0m{line}", file=self.output, flush=True)
            else:
                print(tag + COLOUR.sub("", line), file=self.output, flush=True)

    def _start_all(self) -> None:
        for group in self._groups:
            self._start(group)

    def _start(self, programs: Sequence[Program]) -> None:
        # Always from the thread that called run(): the kernel watches the thread that starts a child.
        for program in programs:
            process = subprocess.Popen(
                program.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(),
            )
            assert process.stdout is not None
            self._running[program.name] = process
            threading.Thread(target=self._relay, args=(program, process.stdout), daemon=True).start()

    def _attend(self, every_tick: Callable[[], None]) -> int:
        while not self._stop.wait(TICK):
            if self._changed.is_set():
                self._changed.clear()
                self.say("the code has changed: starting anew")
                self._finish()
                self._start_all()
            if code := self._ended():
                return code
            if self.parent is not None and os.getppid() != self.parent:
                self.say("what started this is gone")
                return 0
            every_tick()
        return 0

    def _ended(self) -> int:
        """The code of a program that ended without being asked; while code is edited that is no reason to stop."""
        for name, process in list(self._running.items()):
            if process.poll() is None:
                continue
            self.say(f"{name} ended with code {process.returncode}")
            del self._running[name]
            if not self.watched:
                return process.returncode or 1
        return 0

    def _finish(self) -> None:
        deadline = time.monotonic() + GRACE
        for group in reversed(self._groups):
            self._stop_group(
                [self._running.pop(each.name) for each in group if each.name in self._running], deadline
            )

    def _stop_group(self, processes: Sequence[subprocess.Popen[bytes]], deadline: float) -> None:
        for process in processes:
            if process.poll() is None:
                process.terminate()
        while time.monotonic() < deadline and any(process.poll() is None for process in processes):
            time.sleep(0.02)
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # whatever is left of the group
            process.wait()

    def _relay(self, program: Program, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self.say(line.decode(errors="replace").rstrip(), name=program.name, colour=program.colour)

    def _watch(self, directory: Path) -> None:
        for _ in watch(directory, watch_filter=PythonFilter(), stop_event=self._stop, raise_interrupt=False):
            self._changed.set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()
