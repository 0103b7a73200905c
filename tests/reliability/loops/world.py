"""A desk on real mail servers and the machines it writes to, answering each other until nothing moves any more.

Hours pass by moving what is stored into the past, so the windows of the caps slide and nobody sleeps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import F

from channels_inbox import intake, sending
from channels_inbox.email import mailbox, reply_address
from channels_inbox.models import InboundPayload, Inbox, MessageDelivery, Reflex
from tests.channels_inbox.mails import make_mail
from tests.mailservers import MailServers
from tests.mailservers.smtp import Received
from tests.make import make_agent
from tests.reliability.loops.correspondents import Correspondent
from tickets import dispatch
from tickets.models import Message, Ticket, TicketEvent
from tickets.services import replies

# A loop that is still going on after so many turns goes on for ever.
TURNS = 12


@dataclass(frozen=True, slots=True)
class Left:
    """A mail of the desk, as its mail server took it."""

    at: timedelta  # since the beginning of this world
    sender: str
    recipient: str
    is_automatic: bool


@dataclass
class World:
    inboxes: Sequence[Inbox]
    servers: MailServers
    clock: timedelta = timedelta()
    correspondents: dict[str, Correspondent] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    written_by_people: int = 0
    _seen: int = 0

    def __post_init__(self) -> None:
        self.servers.smtp.forget()
        self.agent = make_agent()

    @property
    def inbox(self) -> Inbox:
        return self.inboxes[0]

    def meets(self, *correspondents: Correspondent) -> None:
        self.correspondents |= {address: each for each in correspondents for address in each.addresses}

    def writes(self, sender: str, text: str = "Where is my order?", **fields: object) -> None:
        """Somebody writes to the desk first."""
        to = str(fields.pop("to", self.inbox.address))
        self.deliver(make_mail(text, sender=sender, to=to, **fields), to=to, sender=sender)  # type: ignore[arg-type]

    def deliver(self, raw: bytes, *, to: str, sender: str = "") -> None:
        """Through the real door: into the mailbox that the desk looks into."""
        self.servers.imap.deliver(to, raw, sender)

    def agent_replies(self, ticket: Ticket) -> None:
        self.written_by_people += 1
        replies.post_reply(ticket=ticket, author=self.agent, html="<p>A person answers.</p>")

    def turn(self) -> int:
        """The desk fetches, reads, reacts and sends; whom it wrote to answers. Returns how many mails left."""
        for inbox in self.inboxes:
            mailbox.poll(inbox)
        intake.process_due()
        while dispatch.process_events():
            pass
        sending.send_due()
        new = self.servers.smtp.received[self._seen :]
        self._seen += len(new)
        for mail in new:
            for recipient in mail.recipients:
                self._note(mail, recipient)
                if correspondent := self.correspondents.get(recipient.lower()):
                    for answer in correspondent.answers(mail.message, mail.raw):
                        self.deliver(answer.raw, to=answer.to, sender=answer.envelope_sender)
        return len(new)

    def until_it_is_quiet(self) -> None:
        """Until nothing leaves and nothing waits to be read. A loop is broken off, and the promise judges it."""
        for _turn in range(TURNS):
            if not self.turn() and not InboundPayload.objects.due().exists():
                return

    def later(self, **ago: int) -> None:
        """Time passes: `hours=1`, `minutes=20`."""
        passed = timedelta(**ago)
        self.clock += passed
        Reflex.objects.update(at=F("at") - passed)
        for model in (Message, TicketEvent):
            model.objects.update(created_at=F("created_at") - passed)
        InboundPayload.objects.update(received_at=F("received_at") - passed, next_at=F("next_at") - passed)
        MessageDelivery.objects.update(created_at=F("created_at") - passed, next_at=F("next_at") - passed)

    # ---- The promise

    def _note(self, mail: Received, recipient: str) -> None:
        self.left.append(
            Left(
                self.clock,
                reply_address.without_tag(mail.sender),
                reply_address.without_tag(recipient),
                is_automatic="Auto-Submitted" in mail.message,
            )
        )

    @property
    def automatic(self) -> list[Left]:
        """What no person wrote."""
        return [mail for mail in self.left if mail.is_automatic]

    def most_within_an_hour(self) -> int:
        """Automatic mails from one address to one other, in the worst hour, wherever that begins."""
        most = 0
        for first in self.automatic:
            until = first.at + timedelta(hours=1)
            pair = [
                mail
                for mail in self.automatic
                if (mail.sender, mail.recipient) == (first.sender, first.recipient)
                and first.at <= mail.at < until
            ]
            most = max(most, len(pair))
        return most

    def per_recipient(self) -> Counter[str]:
        return Counter(mail.recipient for mail in self.automatic)

    def is_told(self, ticket: Ticket) -> str:
        """What the ticket's history says about a confirmation that was held back."""
        event = ticket.events.filter(kind="confirmation.held_back").first()
        return event.changes["reason"][1] if event else ""
