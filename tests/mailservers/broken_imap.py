"""An IMAP server that answers as badly as a test tells it to: over a real socket, in as much IMAP as the desk speaks.

A fault strikes at a command, for a number of times; then the server is well again.
"""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

PATIENCE = 30


class Fault(Enum):
    GONE = "the line drops instead of an answer"
    GONE_IN_THE_MIDDLE = "the line drops in the middle of a mail"
    SAYS_TOO_LITTLE = "announces fewer bytes than it sends"
    SAYS_TOO_MUCH = "announces more bytes than it sends, then waits"
    CUT = "hands out the beginning as if it were all"
    GARBAGE = "bytes that are no IMAP"
    NO = "refuses the command"
    SILENT = "never answers"


class Gone(Exception):
    """The line is to be dropped."""


@dataclass
class BrokenIMAP:
    port: int
    mails: dict[int, bytes] = field(default_factory=dict)  # by UID
    validity: int = 1
    hidden: set[int] = field(default_factory=set)  # UIDs that are not shown yet
    faults: dict[str, tuple[Fault, int]] = field(default_factory=dict)  # by command
    commands: list[str] = field(default_factory=list)  # what clients have asked
    vanishing: set[int] = field(default_factory=set)  # shown by a search, expunged before the fetch
    over: threading.Event = field(default_factory=threading.Event)

    def put(self, *raws: bytes) -> None:
        for raw in raws:
            self.mails[max(self.mails, default=0) + 1] = raw

    def fail(self, command: str, fault: Fault, *, times: int = 1) -> None:
        self.faults[command] = (fault, times)

    def fault_of(self, command: str) -> Fault | None:
        fault, times = self.faults.get(command, (None, 0))
        if fault is None or not times:
            return None
        self.faults[command] = (fault, times - 1)
        return fault

    def shown(self) -> list[int]:
        return sorted(set(self.mails) - self.hidden)


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        try:
            self._say("* OK [CAPABILITY IMAP4rev1] ready")
            while line := self.rfile.readline():
                tag, _space, words = line.decode().strip().partition(" ")
                if self._answer(tag, words) == "LOGOUT":
                    return
        except (Gone, OSError):
            return

    def _answer(self, tag: str, words: str) -> str:
        script = self.server.script
        command, argument = _command(words)
        script.commands.append(command)
        fault = script.fault_of(command)
        match fault:
            case Fault.GONE:
                raise Gone
            case Fault.SILENT:
                script.over.wait(PATIENCE)
                raise Gone
            case Fault.NO:
                self._say(f"{tag} NO not now")
                return command
            case Fault.GARBAGE:
                self.wfile.write(b"\x00\xff{99}\r\nwhat? * ( {3\r\n" + tag.encode() + b" SURE\r\n")
                return command
        getattr(self, f"_{command.lower().replace('.', '_')}", self._nothing)(argument, fault)
        self._say(f"{tag} OK {command} done")
        return command

    def _nothing(self, argument: str, fault: Fault | None) -> None:
        pass

    def _capability(self, argument: str, fault: Fault | None) -> None:
        self._say("* CAPABILITY IMAP4rev1")

    def _examine(self, argument: str, fault: Fault | None) -> None:
        script = self.server.script
        self._say(f"* {len(script.shown())} EXISTS")
        self._say(f"* OK [UIDVALIDITY {script.validity}] valid")
        self._say(f"* OK [UIDNEXT {max(script.mails, default=0) + 1}] next")

    _select = _examine

    def _search(self, argument: str, fault: Fault | None) -> None:
        found = self.server.script.shown()
        if match := re.search(r"UID (\d+):\*", argument):
            found = [uid for uid in found if uid >= int(match[1])] or found[-1:]
        self._say(f"* SEARCH {' '.join(map(str, found))}".rstrip())

    def _size(self, argument: str, fault: Fault | None) -> None:
        for uid in self._asked(argument):
            self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(self.server.script.mails[uid])})")
        for uid in self.server.script.vanishing:
            self.server.script.mails.pop(uid, None)

    def _fetch(self, argument: str, fault: Fault | None) -> None:
        for uid in self._asked(argument):
            self._mail(uid, self.server.script.mails[uid], fault)
            fault = None

    def _mail(self, uid: int, raw: bytes, fault: Fault | None) -> None:
        said = {Fault.SAYS_TOO_LITTLE: len(raw) - 40, Fault.SAYS_TOO_MUCH: len(raw) + 4000}
        if fault == Fault.CUT:
            raw = raw[: len(raw) // 2]
        length = said.get(fault, len(raw)) if fault else len(raw)
        self.wfile.write(
            f'* {uid} FETCH (UID {uid} INTERNALDATE "03-Nov-2026 10:12:11 +0000" BODY[] {{{length}}}\r\n'.encode()
        )
        if fault == Fault.GONE_IN_THE_MIDDLE:
            self.wfile.write(raw[: len(raw) // 2])
            raise Gone
        self.wfile.write(raw + b")\r\n")
        if fault == Fault.SAYS_TOO_MUCH:
            self.server.script.over.wait(PATIENCE)
            raise Gone

    def _asked(self, argument: str) -> list[int]:
        wanted: set[int] = set()
        for part in argument.split()[0].split(","):
            first, _colon, last = part.partition(":")
            wanted |= set(range(int(first), int(last or first) + 1))
        return [uid for uid in self.server.script.shown() if uid in wanted]

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


def _command(words: str) -> tuple[str, str]:
    command, _space, argument = words.partition(" ")
    if command.upper() == "UID":
        command, _space, argument = argument.partition(" ")
    if "RFC822.SIZE" in argument:
        command = "SIZE"
    return command.upper(), argument


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    script: BrokenIMAP


@contextmanager
def running_broken_imap() -> Iterator[BrokenIMAP]:
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.script = BrokenIMAP(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.script
        finally:
            server.script.over.set()
            server.shutdown()
            thread.join()
