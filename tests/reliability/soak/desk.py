"""The people of the soak: customers who write, and answer what they get; an agent who answers them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import DatabaseError, InterfaceError, connection

from channels_inbox.models import Inbox
from tests.channels_inbox.mails import make_mail
from tests.mailservers import MailServers
from tests.make import make_inbox
from tests.reliability.desk_under_test import DeskUnderTest

AFTER_FETCH = ("leave", "seen", "move")
FILES = ((0.10, 30_000), (0.01, 400_000), (0.002, 1_500_000))  # how many mails have a file of that many bytes
ANSWERED_BY_CUSTOMERS = 0.4
PATIENCE = 300.0  # seconds that PostgreSQL may be away

Answer = TypeVar("Answer")


def patiently(ask: Callable[[], Answer]) -> Answer:
    """PostgreSQL is killed under us, too. What is asked may be asked again, for a while."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@dataclass
class SoakDesk(DeskUnderTest):
    inboxes: list[Inbox] = field(default_factory=list)
    chance: random.Random = field(default_factory=random.Random)
    heard: int = 0  # mails of the desk that customers have looked at

    @classmethod
    def make(cls, servers: MailServers, chance: random.Random) -> SoakDesk:
        inboxes = [_inbox(servers, after_fetch) for after_fetch in AFTER_FETCH]
        return cls(inboxes[0], servers, inboxes=inboxes, chance=chance)

    def customers_write(self, count: int) -> None:
        for _ in range(count):
            number = len(self.written)
            self._write(f"person{number}@elsewhere.test", self.inboxes[number % len(self.inboxes)].address)

    def customers_answer(self) -> None:
        """Some of those who got an answer write again."""
        while self.heard < len(self.servers.smtp.received):
            mail = self.servers.smtp.received[self.heard].message
            self.heard += 1
            if self.chance.random() < ANSWERED_BY_CUSTOMERS and "Auto-Submitted" not in mail:
                name = mail["Message-ID"].strip("<>")
                self._write(str(mail["To"]), str(mail["Reply-To"] or mail["From"]), in_reply_to=name)
                self.came_back += 1

    def agent_answers(self, most: int) -> int:
        return patiently(lambda: super(SoakDesk, self).agent_answers(most))

    def tidy(self) -> None:
        """What PostgreSQL does by itself where it is not killed every half minute, and forgets what it has counted."""
        patiently(lambda: connection.cursor().execute("vacuum analyze"))

    def is_idle(self) -> bool:
        return patiently(super().is_idle)

    def _write(self, sender: str, to: str, *, in_reply_to: str = "") -> None:
        number = len(self.written)
        self.written.append(f"mail {number} of this test")
        raw = make_mail(
            self.written[-1],
            sender=sender,
            to=to,
            message_id=f"soak.{number}@elsewhere.test",
            in_reply_to=in_reply_to,
            subject=f"Question {number}",
            files=[("file.bin", self.chance.randbytes(size)) for size in self._sizes()],
        )
        self.servers.imap.put(_mailbox(to), raw)

    def _sizes(self) -> list[int]:
        return [size for share, size in FILES if self.chance.random() < share]


def _mailbox(address: str) -> str:
    """Where mail to a signed reply address lands."""
    local, _at, domain = address.rpartition("<")[2].rstrip(">").partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _inbox(servers: MailServers, after_fetch: str) -> Inbox:
    address = servers.new_mailbox(after_fetch)
    servers.imap.mailboxes.discard(address)  # no mail of ours goes there by SMTP
    return make_inbox(
        address=address,
        settings={
            "imap_host": servers.imap.host,
            "imap_port": servers.imap.tls_port,
            "imap_security": "tls",
            "imap_user": address,
            "after_fetch": after_fetch,
            "move_to": "Processed",
            "smtp_host": servers.smtp.host,
            "smtp_port": servers.smtp.port,
            "smtp_security": "starttls",
            "smtp_user": servers.smtp.username,
        },
        credentials={"imap_password": servers.imap.password, "smtp_password": servers.smtp.password},
    )
