"""Dovecot, private to one test run: high ports, its own users, nothing below /etc."""

from __future__ import annotations

import grp
import itertools
import os
import pwd
import shutil
import smtplib
import socket
import string
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from imapclient import IMAPClient

CONFIGURATION = Path(__file__).with_name("dovecot.conf")
TOKENS = Path(__file__).with_name("dovecot-oauth2.conf")
PATIENCE = 20


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Dovecot:
    host, password = "127.0.0.1", "correct-horse"

    def __init__(self, home: Path, certificate: Path, key: Path, *, provider_url: str) -> None:
        self.home, self.certificate, self.key = home, certificate, key
        self.provider_url = provider_url  # whose tokens are taken
        self.port, self.tls_port, self.lmtp_port = free_port(), free_port(), free_port()
        self._serial = itertools.count()
        self.mailboxes: set[str] = set()  # to which the SMTP server delivers; every name can sign in
        person = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._uid, self._gid = person.pw_uid, person.pw_gid
        self._names = {"user": person.pw_name, "group": grp.getgrgid(person.pw_gid).gr_name}

    @contextmanager
    def running(self) -> Iterator[Dovecot]:
        program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
        if not program:
            pytest.fail(
                "No IMAP server: install Dovecot (Debian: apt-get install dovecot-imapd dovecot-lmtpd)."
            )
        configuration = self._write_files()
        process = subprocess.Popen([program, "-F", "-c", configuration], stdin=subprocess.DEVNULL)
        try:
            self._wait(process)
            yield self
        finally:
            process.terminate()
            process.wait(PATIENCE)

    def deliver(self, recipient: str, raw: bytes, sender: str = "customer@example.test") -> None:
        """Put a mail into a mailbox, by the door that a mail server uses."""
        with smtplib.LMTP(self.host, self.lmtp_port) as lmtp:
            lmtp.sendmail(sender, [recipient], raw)

    def put(self, address: str, raw: bytes) -> None:
        """Put a mail into a mailbox as a mail server does that writes Maildir itself: costs next to nothing."""
        maildir = self.home / "mail" / address
        if not (maildir / "new").exists():
            for folder in (maildir, *(maildir / name for name in ("cur", "new", "tmp"))):
                folder.mkdir(exist_ok=True)
                os.chown(folder, self._uid, self._gid)
        name = f"{time.time():.6f}.{next(self._serial)}.tests"
        (maildir / "tmp" / name).write_bytes(raw)
        os.chown(maildir / "tmp" / name, self._uid, self._gid)
        (maildir / "tmp" / name).rename(maildir / "new" / name)

    def renumber(self, address: str) -> None:
        """What a move or a restore of the server does: another UIDVALIDITY, and every mail has another UID."""
        maildir = self.home / "mail" / address
        for known in (*maildir.glob("dovecot.index*"), *maildir.glob("dovecot-uidlist")):
            known.unlink()

    def open(self, address: str) -> IMAPClient:
        """Signed in; use it in a `with`."""
        client = IMAPClient(self.host, self.port, ssl=False, timeout=PATIENCE)
        client.login(address, self.password)
        return client

    def _write_files(self) -> Path:
        for name in ("run", "state", "mail"):
            (self.home / name).mkdir()
        values = self._names | {
            "home": str(self.home),
            "certificate": str(self.certificate),
            "key": str(self.key),
            "password": self.password,
            "imap": str(self.port),
            "imaps": str(self.tls_port),
            "lmtp": str(self.lmtp_port),
        }
        tokens = string.Template(TOKENS.read_text()).substitute(provider=self.provider_url)
        (self.home / "oauth2.conf").write_text(tokens)
        path = self.home / "dovecot.conf"
        path.write_text(string.Template(CONFIGURATION.read_text()).substitute(values))
        for mine in (self.home, *self.home.iterdir()):
            os.chown(mine, self._uid, self._gid)
        return path

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with socket.create_connection((self.host, self.port), 1) as connection:
                    if connection.recv(64).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.03)
        log = self.home / "dovecot.log"
        raise RuntimeError(f"Dovecot did not start:\n{log.read_text() if log.exists() else ''}")
