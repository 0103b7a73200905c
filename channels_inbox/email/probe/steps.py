"""The frame of a test: steps that are tried one after the other, until one fails or the time is up."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Words = str | Promise
PATIENCE = 8.0  # seconds for one answer of a server


class State(StrEnum):
    DONE = "done"
    DOUBTFUL = "doubtful"  # it works, but somebody should know something
    FAILED = "failed"
    SKIPPED = "skipped"  # an earlier step failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    title: str
    state: State
    words: str = ""  # what to know or to do


class Trouble(Exception):
    """The step failed. The sentence says what to do about it."""

    def __init__(self, sentence: Words) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Doubt:
    """The step went well, but the admin should know this."""

    sentence: Words


Result = Words | Doubt | None
Stage = tuple[Words, Callable[[], Result]]


class Clock:
    """How much time is left for the whole test."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    def left(self) -> float:
        return max(0.0, self.ends - time.monotonic())

    def patience(self) -> float:
        """For the next answer, in seconds. Raises TimeoutError when the whole time is up."""
        if not self.left():
            raise TimeoutError
        return min(PATIENCE, self.left())

    def guard(self, line: socket.socket) -> threading.Timer:
        """Cut the line when the time is up, even where a server keeps sending a byte now and then."""

        def cut() -> None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self.left(), cut)
        timer.daemon = True
        timer.start()
        return timer


def run(stages: Sequence[Stage], explain: Callable[[Exception], Words], clock: Clock) -> Iterator[Step]:
    """Try the stages in turn. `explain` turns an exception of a stage into advice, or raises it again."""
    failed = False
    for title, attempt in stages:
        if failed:
            yield Step(title=str(title), state=State.SKIPPED)
            continue
        try:
            result = attempt()
        except Exception as error:  # explain() names what it knows and raises the rest again
            failed = True
            # What a client says of a line that we have cut is not the server's fault.
            reason = error if clock.left() else TimeoutError()
            yield Step(title=str(title), state=State.FAILED, words=str(explain(reason)))
            continue
        if isinstance(result, Doubt):
            yield Step(title=str(title), state=State.DOUBTFUL, words=str(result.sentence))
        else:
            yield Step(title=str(title), state=State.DONE, words=str(result or ""))


def reach(addresses: Sequence[str], port: int, clock: Clock) -> socket.socket:
    """A line to the first of these checked addresses that answers."""
    failure: OSError = TimeoutError()
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=clock.patience())
        except OSError as error:
            failure = error
    raise failure


def in_the_clear(address: str) -> Result:
    """What to know about a connection that nothing encrypts."""
    if ipaddress.ip_address(address).is_loopback:
        return _("Not encrypted; it does not leave this machine.")
    return Doubt(_("Not encrypted: everybody on the way reads password and mail."))
