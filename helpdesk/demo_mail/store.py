"""Mailboxes as files: one for each message, whole after a kill at any moment.

    <root>/<address>/<folder>/uids               uid validity and the next uid
                              0000000007.eml     a message; its time of change is its INTERNALDATE
                              0000000007.flags   its flags, where it has any

A uid is taken before its message appears, so a kill leaves a gap in the numbers, never a number
with two messages. Several processes may write: the mailbox is locked by the kernel meanwhile.
"""

from __future__ import annotations

import contextlib
import datetime
import email
import email.policy
import fcntl
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, unquote

from django.conf import settings

INBOX = "INBOX"
FOLDERS = (INBOX, "Sent", "Junk", "Trash", "Processed")
PASSWORD = "demo"  # noqa: S105 (of everybody: the servers listen on this machine only)
ADDRESS = re.compile(r"[^@\s/]+@[a-z0-9.-]+\.test")


class NoSuchMailbox(Exception):
    """Only addresses in .test are served here."""


@dataclass(frozen=True, slots=True)
class StoredMail:
    uid: int
    path: Path

    @property
    def raw(self) -> bytes:
        return self.path.read_bytes()

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    @property
    def received_at(self) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(int(self.path.stat().st_mtime), datetime.UTC)

    @property
    def flags(self) -> frozenset[str]:
        try:
            return frozenset(self.path.with_suffix(".flags").read_text().split())
        except FileNotFoundError:
            return frozenset()


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        if not (path / "uids").exists():
            with self.locked():
                if not (path / "uids").exists():
                    write_whole(path / "uids", f"{int(time.time())} 1".encode())

    def mails(self) -> list[StoredMail]:
        """Oldest first."""
        names = sorted(name for name in os.listdir(self.path) if name.endswith(".eml"))
        return [StoredMail(int(name[:-4]), self.path / name) for name in names]

    @property
    def uid_validity(self) -> int:
        return self._uids()[0]

    @property
    def next_uid(self) -> int:
        return self._uids()[1]

    def append(self, raw: bytes, flags: Iterable[str] = (), at: datetime.datetime | None = None) -> int:
        """Keep a message and return its uid."""
        with self.locked():
            uid = self._take_uid()
            path = self.path / f"{uid:010}.eml"
            if flags:
                write_whole(path.with_suffix(".flags"), " ".join(flags).encode())
            write_whole(path, raw, at=at.timestamp() if at else None)
        return uid

    def set_flags(self, mail: StoredMail, flags: Iterable[str]) -> None:
        with self.locked():
            if mail.path.exists():
                write_whole(mail.path.with_suffix(".flags"), " ".join(sorted(flags)).encode())

    def copy(self, mail: StoredMail, to: Folder) -> int:
        return to.append(mail.raw, mail.flags, mail.received_at)

    def remove(self, mail: StoredMail) -> None:
        with self.locked():
            mail.path.unlink(missing_ok=True)
            mail.path.with_suffix(".flags").unlink(missing_ok=True)

    def changed_at(self) -> int:
        """Another number whenever a message came, went or changed its flags."""
        return self.path.stat().st_mtime_ns

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        with (self.path / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _uids(self) -> tuple[int, int]:
        validity, following = (self.path / "uids").read_text().split()
        return int(validity), int(following)

    def _take_uid(self) -> int:
        validity, uid = self._uids()
        write_whole(self.path / "uids", f"{validity} {uid + 1}".encode())
        return uid


class Store:
    def __init__(self, root: Path) -> None:
        self.root = root

    def addresses(self) -> list[str]:
        if not self.root.exists():
            return []
        return sorted(unquote(path.name) for path in self.root.iterdir())

    def folder(self, address: str, name: str = INBOX) -> Folder:
        """Every address in .test has a mailbox, from the first question on."""
        if not is_served(address):
            raise NoSuchMailbox(f"{address}: the demo mail servers serve only addresses that end in .test.")
        mailbox = self.root / quote(without_tag(address), safe="@")
        return Folder(mailbox / quote(INBOX if name.upper() == INBOX else name, safe=""))

    def folders(self, address: str) -> list[str]:
        made = {unquote(path.name) for path in self.folder(address).path.parent.iterdir()}
        return [*FOLDERS, *sorted(made.difference(FOLDERS))]

    def deliver(self, address: str, raw: bytes) -> int:
        """Put a mail into an inbox and return its uid there."""
        return self.folder(address).append(raw)

    def mails(self, address: str, folder: str = INBOX) -> list[StoredMail]:
        """What an address has received, oldest first."""
        return self.folder(address, folder).mails()


def demo_store() -> Store:
    """The one that the demo desk's servers serve."""
    return Store(Path(settings.RUNTIME_DIR) / "demo-mail")


def without_tag(address: str) -> str:
    """support+anything@demo.test is delivered to support@demo.test."""
    local, _at, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def is_served(address: str) -> bool:
    return ADDRESS.fullmatch(address.lower()) is not None


def write_whole(path: Path, content: bytes, *, at: float | None = None) -> None:
    """All of the content or none of it, whenever the process dies."""
    aside = path.with_suffix(f".{os.getpid()}-{time.monotonic_ns()}")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if at is not None:
        os.utime(aside, (at, at))
    aside.rename(path)
