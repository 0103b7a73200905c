"""A desk with an agent who has a ticket, and reads mail elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from accounts.models import Agent
from channels_inbox import sending
from channels_inbox.models import Inbox
from foundation import desk
from tests.channels_inbox.mails import make_mail, receive
from tests.mailservers import MailServers
from tests.make import make_agent
from tickets import dispatch
from tickets.models import Ticket

ADA = "ada@elsewhere.test"
CUSTOMER = "elena@example.test"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(desk, "settings", lambda: desk.DeskSettings(undo_send_seconds=0))


@pytest.fixture
def inbox(mailbox) -> Inbox:
    mailbox.acknowledge = False
    mailbox.settings = {**mailbox.settings, "authserv_id": "mx.desk.test"}
    mailbox.save()
    return mailbox


@pytest.fixture
def ada() -> Agent:
    return make_agent(name="Ada Byron", email=ADA)


@pytest.fixture
def ticket(inbox, ada) -> Ticket:
    ticket = receive(inbox, make_mail(sender=f"Elena <{CUSTOMER}>", to=inbox.address)).ticket
    dispatch.process_events()
    ticket.assignee = ada
    ticket.save()
    return ticket


@pytest.fixture
def deliver(trusted: MailServers) -> Callable[[str], list[EmailMessage]]:
    """Let all that is due leave; the mails that this address has got so far."""

    def leave(address: str) -> list[EmailMessage]:
        dispatch.process_events()
        sending.send_due()
        return [each.message for each in trusted.smtp.mails_to(address)]

    return leave


@pytest.fixture
def told(inbox, ticket, deliver) -> EmailMessage:
    """The mail by which Ada hears that the customer has answered."""
    asked = make_mail(
        "Any news?",
        sender=f"Elena <{CUSTOMER}>",
        to=inbox.address,
        subject=f"Re: [#{ticket.number}] Charged",
    )
    receive(inbox, asked)
    (mail,) = deliver(ADA)
    return mail


@pytest.fixture
def answer(inbox, told) -> Callable[..., object]:
    """Ada answers that mail with her mail program."""

    def send(text: str = "We have refunded it.", **fields):
        return receive(inbox, answering(told, text, **fields))

    return send


def answering(told: EmailMessage, text: str, **fields) -> bytes:
    """An answer as a mail program writes it: to where it should go, the mail it answers below."""
    quoted = "\n".join(f"> {line}" for line in told.get_body(("plain",)).get_content().splitlines())
    fields.setdefault("sender", f"Ada Byron <{ADA}>")
    fields.setdefault("to", told["Reply-To"].addresses[0].addr_spec)
    fields.setdefault("in_reply_to", told["Message-ID"].strip("<> "))
    fields.setdefault("subject", f"Re: {told['Subject']}")
    said = f"On Tue, 3 Nov 2026 at 10:12, Northwind <{told['From'].addresses[0].addr_spec}> wrote:"
    return make_mail(f"{text}\n\n{said}\n{quoted}\n", **fields)
