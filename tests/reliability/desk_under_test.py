"""A desk on real mail servers whose programs are killed, and the accounts that must balance afterwards."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from channels_inbox import ledger
from channels_inbox.email import reply_address
from channels_inbox.models import InboundPayload, Inbox, MessageDelivery
from foundation import desk
from tests.channels_inbox.mails import make_mail
from tests.mailservers import MailServers
from tests.make import make_agent
from tickets.models import Message, Ticket, TicketEvent
from tickets.services import replies

PATIENCE = 180.0  # seconds; killed workers leave leases behind that have to run out


def until(true: Callable[[], object], *, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not true():
        assert time.monotonic() < deadline, "it came to no end"
        time.sleep(0.1)


@dataclass
class DeskUnderTest:
    inbox: Inbox
    servers: MailServers
    written: list[str] = field(default_factory=list)  # what customers wrote, each text once
    posted: list[int] = field(default_factory=list)  # primary keys of agents' replies

    def __post_init__(self) -> None:
        desk.change(None, undo_send_seconds=0)
        self.agent = make_agent()

    def customers_write(self, count: int) -> None:
        for _ in range(count):
            number = len(self.written)
            self.written.append(f"mail {number} of this test")
            raw = make_mail(
                self.written[-1],
                sender=f"person{number}@elsewhere.test",
                to=self.inbox.address,
                message_id=f"{self.inbox.pk}.{number}@elsewhere.test",
                subject=f"Question {number}",
            )
            self.servers.imap.deliver(self.inbox.address, raw)

    def agent_answers(self, most: int) -> int:
        """Answers to tickets that nobody has answered yet. Returns how many were written."""
        open_ones = Ticket.objects.filter(first_replied_at=None).order_by("pk")[:most]
        for ticket in open_ones:
            message = replies.post_reply(
                ticket=ticket, author=self.agent, html=f"<p>Answer to {ticket.number}</p>"
            )
            self.posted.append(message.pk)
        return len(open_ones)

    def is_idle(self) -> bool:
        return (
            InboundPayload.objects.count() == len(self.written)
            and not InboundPayload.objects.filter(state__in=InboundPayload.UNFINISHED).exists()
            and not TicketEvent.objects.waiting().exists()
            and not MessageDelivery.objects.filter(state__in=("queued", "retry", "sending")).exists()
        )

    def check(self, *, kills: int) -> str:
        """Everything is there, once. Returns what happened, in figures."""
        report = ledger.check()
        assert report.findings == []
        self._check_what_came_in()
        in_doubt = self._check_what_left()
        assert in_doubt <= kills
        return (
            f"{len(self.written)} mails in {report.payloads}, {len(self.posted)} replies,"
            f" out {report.deliveries}, {kills} kills, {in_doubt} in doubt"
        )

    def _check_what_came_in(self) -> None:
        others = InboundPayload.objects.exclude(state="done").values_list("state", "reason")
        assert list(others) == []
        texts = Counter(
            Message.objects.filter(direction="in", source_key__startswith="email:").values_list(
                "text", flat=True
            )
        )
        assert texts == Counter(self.written)
        assert Ticket.objects.count() == len(self.written)

    def _check_what_left(self) -> int:
        accepted = Counter(mail.message["Message-ID"].strip("<>") for mail in self.servers.smtp.received)
        assert [name for name, count in accepted.items() if count > 1] == []
        rows = MessageDelivery.objects.all()
        sent = {row.rfc_message_id for row in rows if row.state == "sent"}
        doubtful = {row.rfc_message_id for row in rows if row.state == "in_doubt"}
        assert sent <= set(accepted)  # what we say has left was taken
        assert set(accepted) <= sent | doubtful  # what was taken is not forgotten
        assert all(reply_address.looks_minted(name) for name in accepted)
        assert rows.filter(kind="reply").count() == len(self.posted)
        assert not rows.filter(kind="reply", state="failed").exists()
        return len(doubtful)
