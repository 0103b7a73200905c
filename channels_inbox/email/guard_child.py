"""The child process that reads mail, fenced in before it sees the first hostile byte.

It can open no file and no socket, start no process, use no more memory than the
limit, and no more processor time per mail than the limit; the kernel enforces all
of it, so no loop in C code escapes. It reads mails from its standard input, answers
on its standard output, and ends when its parent does.
"""

from __future__ import annotations

import codecs
import gc
import os
import resource
import select
import signal
import sys
from contextlib import suppress
from pathlib import Path

from channels_inbox.email import charsets, wire
from channels_inbox.email.limits import RAW_BYTES, MailRefused
from channels_inbox.email.parse import parse_email

CPU_SECONDS = 5.0
MEMORY_BYTES = 512 * 1024 * 1024  # above what the empty child uses
_TOO_LARGE_BYTES = 128 * 1024 * 1024  # a child that has grown this much makes way for a fresh one
_ORPHAN_CHECK_MS = 5_000
_WARM_UP = (
    b"From: =?utf-8?Q?J=C3=A4ne?= <jane@example.org>\r\nDate: Tue, 3 Mar 2026 10:12:11 +0100\r\n"
    b"Subject: warm up\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Yes</p><blockquote type=cite>No</blockquote>\r\n"
    b"--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n\r\n5A==\r\n--b--\r\n"
)


def main() -> None:
    """Serve until the parent closes the pipe."""
    for codec in charsets.known_codecs():
        codecs.lookup(codec)  # loads its module now: later there are no more files
    wire.load(wire.dump(parse_email(_WARM_UP)))
    gc.collect()
    gc.freeze()
    memory = _Memory()
    _fence_in(memory.used())
    with suppress(BrokenPipeError):  # the parent has gone
        _Server(memory).serve()


def _fence_in(used: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))  # standard input, output, error, and nothing ever more
    if used:
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, used + MEMORY_BYTES))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # the end of the time is the end of the child
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose end we notice by the pipe


class _Memory:
    """How much address space we use; 0 on systems that do not tell."""

    def __init__(self) -> None:
        source = Path("/proc/self/statm")
        # held open, for later there are no more files
        self._source = source.open("rb", buffering=0) if source.exists() else None

    def used(self) -> int:
        if self._source is None:
            return 0
        self._source.seek(0)
        return int(self._source.read(64).split()[0]) * resource.getpagesize()


class _Server:
    def __init__(self, memory: _Memory) -> None:
        self.memory, self.empty = memory, memory.used()
        self.parent = os.getppid()
        self.poll = select.poll()
        self.poll.register(0, select.POLLIN)
        self.buffer = bytearray()

    def serve(self) -> None:
        self._say(wire.READY, b"")
        while head := self._hear(wire.HEAD.size):
            kind, length = wire.HEAD.unpack(head)
            if kind != wire.MAIL or length > 2 * RAW_BYTES:
                return
            raw = self._hear(length)
            if raw is None:
                return
            self._say(*_answer(raw))
            del raw
            if self.memory.used() > self.empty + _TOO_LARGE_BYTES:
                self._say(wire.LEAVING, b"")
                return

    def _hear(self, length: int) -> bytes | None:
        """Read so many bytes; None when the parent has gone."""
        while len(self.buffer) < length:
            if not self.poll.poll(_ORPHAN_CHECK_MS):
                if os.getppid() != self.parent:
                    return None
                continue
            piece = os.read(0, 1 << 20)
            if not piece:
                return None
            self.buffer += piece
        heard = bytes(self.buffer[:length])
        del self.buffer[:length]
        return heard

    def _say(self, kind: bytes, payload: bytes) -> None:
        said = memoryview(wire.frame(kind, payload))
        while said:
            said = said[os.write(1, said) :]
        if kind == wire.EXHAUSTED:
            sys.exit(0)


def _answer(raw: bytes) -> tuple[bytes, bytes]:
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    try:
        return wire.MAIL, wire.dump(parse_email(raw))
    except MailRefused as refusal:
        return wire.REFUSED, str(refusal).encode()
    except MemoryError:
        return wire.EXHAUSTED, b""
    except Exception as error:  # the fence is a door: what stumbles here is told, on the mail it concerns
        return wire.CRASHED, f"{type(error).__name__}: {error}"[:300].encode("utf-8", "replace")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
