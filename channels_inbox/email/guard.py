"""Read mail in a child process that may be killed.

A mail can be built so that reading it takes minutes or gigabytes. So it is read in
a fenced-in child (`guard_child`), which is kept and reused, for starting one costs a
hundred times what a mail costs. A child that is killed takes one mail with it: that
one fails with a reason, and the next finds a fresh child.

    guard.parse(raw)            one mail: ParsedEmail, or raises ParseFailed
    guard.parse_many([raw, …])  many, back to back: each a ParsedEmail or a ParseFailed

Safe to call from any thread, and after a fork: each caller borrows a child of its
own, and children are never shared between processes.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Sequence

from channels_inbox.email.guard_process import Child, GuardBroken, ParseFailed
from channels_inbox.email.parsed import ParsedEmail

__all__ = ["GuardBroken", "ParseFailed", "close", "parse", "parse_many"]

_KEPT_IDLE = 4


def parse(raw: bytes) -> ParsedEmail:
    """Read one mail. Raises ParseFailed; or GuardBroken, when no child can be started at all."""
    result = parse_many([raw])[0]
    if isinstance(result, ParseFailed):
        raise result
    return result


def parse_many(raws: Sequence[bytes]) -> list[ParsedEmail | ParseFailed]:
    """Read many mails through one child that never waits for us; results in the order of the mails."""
    results: list[ParsedEmail | ParseFailed] = []
    while len(results) < len(raws):
        child = _pool.borrow()
        try:
            results += child.read(raws[len(results) :])
        except BaseException:
            child.kill()
            raise
        _pool.give_back(child)
    return results


def close() -> None:
    """End the children that nobody uses at the moment."""
    _pool.close()


class _Pool:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._process = os.getpid()

    def borrow(self) -> Child:
        with self._lock:
            if self._process != os.getpid():  # forked: those children are our parent's
                self._idle, self._process = [], os.getpid()
            while self._idle:
                child = self._idle.pop()
                if child.is_alive:
                    return child
                child.kill()
        return Child()

    def give_back(self, child: Child) -> None:
        with self._lock:
            if child.is_alive and len(self._idle) < _KEPT_IDLE and self._process == os.getpid():
                self._idle.append(child)
                return
        child.kill()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.kill()


_pool = _Pool()
atexit.register(close)
os.register_at_fork(after_in_child=lambda: _pool.__init__())  # type: ignore[misc]
