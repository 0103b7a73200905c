"""One child of the guard, seen from its parent: start it, feed it, understand its end."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from channels_inbox.email import wire
from channels_inbox.email.limits import DECODED_BYTES, RAW_BYTES
from channels_inbox.email.parsed import ParsedEmail

_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); from channels_inbox.email.guard_child import main; main()"
)
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")
_START_SECONDS = 60.0
_MAIL_SECONDS = 60.0  # on the clock, for a machine so busy that 5 seconds of processor take long
_AHEAD_MAILS = 16
_AHEAD_BYTES = 8 * 1024 * 1024
_LONGEST_ANSWER = 8 * DECODED_BYTES

_TOO_SLOW = "Reading this mail took more than 5 seconds of processor time."
_TOO_HUNGRY = "Reading this mail took more than 512 MB of memory."


class ParseFailed(Exception):
    """A mail could not be read. The message is a sentence for a person.

    `kind` says why: "refused" (over a limit), "killed" (it took too much time or
    memory), or "crashed" (our reader stumbled, which is a bug worth a report).
    """

    def __init__(self, reason: str, *, kind: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.kind = kind


class GuardBroken(RuntimeError):
    """No child can be started: nothing is wrong with the mail, try again later."""


class Child:
    """A running child. `read` feeds it; after the child's end, `is_alive` is False."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _PROGRAM, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment,  # no secrets beside hostile bytes
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        self._heard = bytearray()
        self._await_ready()

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None and self._process.poll() is None

    def kill(self) -> None:
        """End the child now, and leave nothing of it behind."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def read(self, raws: Sequence[bytes]) -> list[ParsedEmail | ParseFailed]:
        """Read mails until all are done or the child ends; the results may be fewer than the mails.

        There is always at least one result, so a caller that goes on with the rest comes to an end.
        """
        conversation = _Conversation(raws)
        with selectors.DefaultSelector() as selector:
            selector.register(self._from, selectors.EVENT_READ)
            writing = False
            while conversation.is_open:
                conversation.fill()
                if bool(conversation.unsent) != writing:
                    writing = not writing
                    if writing:
                        selector.register(self._to, selectors.EVENT_WRITE)
                    else:
                        selector.unregister(self._to)
                ready = selector.select(timeout=max(0.0, conversation.deadline - time.monotonic()))
                if not ready and time.monotonic() >= conversation.deadline:
                    self.kill()
                    conversation.end(
                        ParseFailed("Reading this mail came to no end within a minute.", kind="killed")
                    )
                    break
                for key, _ in ready:
                    if key.fd == self._to:
                        self._send(conversation)
                    elif not self._listen(conversation):
                        break
        return conversation.results

    def _send(self, conversation: _Conversation) -> None:
        try:
            sent = os.write(self._to, conversation.unsent[: 1 << 20])
        except BlockingIOError:
            return
        except BrokenPipeError:  # it has ended, and its last words are still to be read
            conversation.unsent = memoryview(b"")
            conversation.is_cut_off = True
            return
        conversation.unsent = conversation.unsent[sent:]

    def _listen(self, conversation: _Conversation) -> bool:
        """Take in what the child said; False when it has said its last."""
        try:
            piece = os.read(self._from, 1 << 20)
        except BlockingIOError:
            return True
        if not piece:
            failure = self._obituary()
            conversation.end(failure)
            return False
        self._heard += piece
        while (answer := self._answer()) is not None:
            kind, payload = answer
            if kind == wire.LEAVING:
                self.kill()
                conversation.end(None)
                return False
            conversation.results.append(_result(kind, payload))
            conversation.restart_clock()
            if kind == wire.EXHAUSTED:
                self.kill()
                conversation.end(None)
                return False
        return True

    def _answer(self) -> tuple[bytes, bytes] | None:
        if len(self._heard) < wire.HEAD.size:
            return None
        kind, length = wire.HEAD.unpack_from(self._heard)
        if length > _LONGEST_ANSWER:
            raise GuardBroken("The reading process answered more than any mail holds.")
        end = wire.HEAD.size + length
        if len(self._heard) < end:
            return None
        payload = bytes(self._heard[wire.HEAD.size : end])
        del self._heard[:end]
        return kind, payload

    def _obituary(self) -> ParseFailed:
        """Why did the child end? The kernel's signal tells."""
        code = self._process.wait()
        self.kill()
        if code == -signal.SIGPROF:
            return ParseFailed(_TOO_SLOW, kind="killed")
        if code == -signal.SIGKILL:
            return ParseFailed("The process that read this mail was killed by the system.", kind="killed")
        return ParseFailed(
            f"The process that read this mail ended unexpectedly ({_named(code)}).", kind="crashed"
        )

    def _await_ready(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._from, selectors.EVENT_READ)
            deadline = time.monotonic() + _START_SECONDS
            while (answer := self._answer()) is None:
                if not selector.select(timeout=max(0.0, deadline - time.monotonic())):
                    self.kill()
                    raise GuardBroken("The process that reads mail did not start within a minute.")
                piece = os.read(self._from, 1 << 16)
                if not piece:
                    code = self._process.wait()
                    self.kill()
                    raise GuardBroken(f"The process that reads mail did not start ({_named(code)}).")
                self._heard += piece
            if answer[0] != wire.READY:
                self.kill()
                raise GuardBroken("The process that reads mail did not start as agreed.")


class _Conversation:
    """What is still to be sent, and what has been answered."""

    def __init__(self, raws: Sequence[bytes]) -> None:
        self.raws = raws
        self.results: list[ParsedEmail | ParseFailed] = []
        self.unsent = memoryview(b"")
        self.is_open = bool(raws)
        self.is_cut_off = False
        self._sent = 0
        self.restart_clock()

    def restart_clock(self) -> None:
        self.deadline = time.monotonic() + _MAIL_SECONDS
        if len(self.results) == len(self.raws):
            self.is_open = False

    def fill(self) -> None:
        """Send ahead, a little: a child that dies makes us send again what it had not answered."""
        if self.unsent or self.is_cut_off:
            return
        ahead = sum(len(raw) for raw in self.raws[len(self.results) : self._sent])
        frames = []
        while self._sent < min(len(self.raws), len(self.results) + _AHEAD_MAILS) and (ahead < _AHEAD_BYTES):
            raw = self.raws[self._sent][
                : RAW_BYTES + 1
            ]  # refused there when longer; spare the pipe the bytes
            frames.append(wire.frame(wire.MAIL, raw))
            ahead += len(raw)
            self._sent += 1
        self.unsent = memoryview(b"".join(frames))

    def end(self, failure: ParseFailed | None) -> None:
        """The child is gone; `failure` belongs to the mail that it was reading."""
        if failure is not None and len(self.results) < len(self.raws):
            self.results.append(failure)
        self.is_open = False


def _result(kind: bytes, payload: bytes) -> ParsedEmail | ParseFailed:
    if kind == wire.MAIL:
        try:
            return wire.load(payload)
        except wire.NotUnderstood as error:
            return ParseFailed(f"The reading process was not understood ({error}).", kind="crashed")
    if kind == wire.REFUSED:
        return ParseFailed(payload.decode("utf-8", "replace"), kind="refused")
    if kind == wire.EXHAUSTED:
        return ParseFailed(_TOO_HUNGRY, kind="killed")
    return ParseFailed(
        f"Our reader stumbled over this mail ({payload.decode('utf-8', 'replace')}).", kind="crashed"
    )


def _named(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
