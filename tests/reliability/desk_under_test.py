"""A desk on real mail servers whose programs are killed, and the accounts that must balance afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from channels_inbox import doorbell, ledger
from channels_inbox.models import InboundPayload, Inbox, MessageDelivery
from foundation import desk
from tests.channels_inbox.mails import accept, make_mail
from tests.mailservers import MailServers
from tests.make import make_agent
from tickets.models import Message, Ticket, TicketEvent
from tickets.services import replies


def write_and_ring(inbox: Inbox) -> Callable[[], bool]:
    """A mail, and rings for it as from the beat; whether it was handled."""
    payload = accept(inbox, make_mail(to=inbox.address))

    def is_handled() -> bool:
        doorbell.ring(doorbell.PROCESS_PAYLOADS)
        return InboundPayload.objects.get(pk=payload.pk).state == "done"

    return is_handled


@dataclass
class DeskUnderTest:
    inbox: Inbox
    servers: MailServers
    written: list[str] = field(default_factory=list)  # what customers wrote, each text once
    posted: list[int] = field(default_factory=list)  # primary keys of agents' replies
    came_back: int = 0  # how many of `written` answer a mail of the desk: they open no ticket

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
                ticket=ticket,
                author=self.agent,
                html=f"<p>Answer to {ticket.number}</p>",
                client_key=f"answer-{ticket.pk}",  # an answer that was asked for twice is one
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

    def account(self) -> Account:
        """All that happened, in figures."""
        texts = Counter(
            Message.objects.filter(direction="in", source_key__startswith="email:").values_list(
                "text", flat=True
            )
        )
        accepted = Counter(mail.message["Message-ID"].strip("<>") for mail in self.servers.smtp.received)
        rows = list(MessageDelivery.objects.all())
        sent = {row.rfc_message_id for row in rows if row.state == "sent"}
        doubtful = {row.rfc_message_id for row in rows if row.state == "in_doubt"}
        replies_out = Counter(row.message_id for row in rows if row.kind == "reply")
        notices = {row.rfc_message_id for row in rows if row.kind == "notice"}
        report = ledger.check()
        return Account(
            written=len(self.written),
            opening=len(self.written) - self.came_back,
            states=report.payloads,
            in_lost=sum((Counter(self.written) - texts).values()),
            in_doubled=sum((texts - Counter(self.written)).values()),
            tickets=Ticket.objects.count(),
            posted=len(self.posted),
            deliveries=report.deliveries,
            accepted=len(accepted),
            # What we say has left and nobody took; replies for which the outbox has no row; what it gave up.
            out_lost=len(sent - set(accepted))
            + len(set(self.posted) - set(replies_out))
            + sum(row.state == "failed" for row in rows),
            out_doubled=sum(count - 1 for name, count in accepted.items() if name not in notices),
            notices_doubled=sum(count - 1 for name, count in accepted.items() if name in notices),
            forgotten=len(set(accepted) - sent - doubtful),  # taken, and we do not know
            foreign=len(set(accepted) - {row.rfc_message_id for row in rows}),
            in_doubt=len(doubtful),
            in_doubt_gone=len(doubtful & set(accepted)),
            findings=report.findings,
        )

    def check(self, *, kills: int) -> str:
        """Everything is there, once. Returns what happened, in figures."""
        account = self.account()
        account.check(kills=kills)
        return str(account)


@dataclass(frozen=True, kw_only=True)
class Account:
    written: int  # mails that customers wrote
    opening: int  # those of them that open a ticket
    states: dict[str, int]
    in_lost: int
    in_doubled: int
    tickets: int
    posted: int  # replies that agents wrote
    deliveries: dict[str, int]
    accepted: int  # mails that the SMTP server took
    out_lost: int
    out_doubled: int
    notices_doubled: int  # to agents, under one Message-ID: they may come twice, but never not at all
    forgotten: int
    foreign: int  # names that the outbox does not have
    in_doubt: int
    in_doubt_gone: int
    findings: list[str]

    def check(self, *, kills: int) -> None:
        assert not self.wrong(kills=kills), self.wrong(kills=kills)

    def wrong(self, *, kills: int) -> list[str]:
        """What does not balance."""
        wanted = {
            "lost in": (self.in_lost, 0),
            "duplicates in": (self.in_doubled, 0),
            "lost out": (self.out_lost, 0),
            "duplicates out": (self.out_doubled, 0),
            "taken unknown": (self.forgotten, 0),
            "names that are not ours": (self.foreign, 0),
            "states": (self.states, {"done": self.written} if self.written else {}),
            "tickets": (self.tickets, self.opening),
            "more doubts than kills": (max(0, self.in_doubt - kills), 0),
        }
        found = [
            f"{name}: {is_} instead of {should}" for name, (is_, should) in wanted.items() if is_ != should
        ]
        return found + self.findings

    def __str__(self) -> str:
        return (
            f"  mails in          {self.written}, ledger {self.states}, tickets {self.tickets}\n"
            f"  lost in           {self.in_lost}\n"
            f"  duplicates in     {self.in_doubled}\n"
            f"  replies           {self.posted}, outbox {self.deliveries}, taken by the mail server {self.accepted}\n"
            f"  lost out          {self.out_lost}\n"
            f"  duplicates out    {self.out_doubled}\n"
            f"  notices twice     {self.notices_doubled}\n"
            f"  in doubt          {self.in_doubt}, of which {self.in_doubt_gone} had in fact left\n"
            f"  taken unknown     {self.forgotten}\n"
            f"  ledger            {'; '.join(self.findings) or 'adds up'}"
        )
