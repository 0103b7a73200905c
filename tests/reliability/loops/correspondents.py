"""Machines that answer every mail of the desk: polite ones, rude ones, dead addresses, and another desk of our make."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from typing import Protocol

from tests.channels_inbox.mails import make_mail

_serial = count(1)


@dataclass(frozen=True, slots=True)
class Answer:
    raw: bytes
    to: str
    envelope_sender: str = ""  # empty: nobody wants to hear of it


class Correspondent(Protocol):
    @property
    def addresses(self) -> Iterable[str]: ...

    def answers(self, mail: EmailMessage, raw: bytes) -> list[Answer]: ...


def _where_answers_go(mail: EmailMessage) -> str:
    return str((mail["Reply-To"] or mail["From"]).addresses[0].addr_spec)


def _sender_of(mail: EmailMessage) -> str:
    return str(mail["From"].addresses[0].addr_spec)


@dataclass
class Machine:
    """Answers each mail with one of its own."""

    address: str
    write: Callable[[Machine, EmailMessage], Answer]
    answered: int = 0

    @property
    def addresses(self) -> Iterable[str]:
        return (self.address,)

    def answers(self, mail: EmailMessage, raw: bytes) -> list[Answer]:
        self.answered += 1
        return [self.write(self, mail)]

    def reply(self, mail: EmailMessage, *, sender: str = "", **fields: object) -> Answer:
        """As a mail program answers; like one that answers each mail in other words."""
        to = str(fields.pop("to", _where_answers_go(mail)))
        answer = {
            "sender": sender or self.address,
            "to": to,
            "subject": f"Re: {mail['Subject']}",
            "in_reply_to": str(mail["Message-ID"]).strip("<>"),
            **fields,
        }
        raw = make_mail(f"I am on holiday until Monday. ({next(_serial)})", **answer)  # type: ignore[arg-type]
        return Answer(raw, to, sender or self.address)


# ---- Autoresponders


def says_so(machine: Machine, mail: EmailMessage) -> Answer:
    """With the header of RFC 3834."""
    return machine.reply(mail, headers={"Auto-Submitted": "auto-replied"})


def looks_like_a_person(machine: Machine, mail: EmailMessage) -> Answer:
    return machine.reply(mail)


def begins_anew_each_time(machine: Machine, mail: EmailMessage) -> Answer:
    """Another subject, no reference to what it answers, to the address that the mail came from."""
    return machine.reply(
        mail, subject=f"Case {next(_serial)} was received", in_reply_to="", to=_sender_of(mail)
    )


def answers_from_elsewhere(machine: Machine, mail: EmailMessage) -> Answer:
    """A shared mailbox: written to one address, it answers from another, with a number in it."""
    return machine.reply(mail, sender=f"case+{next(_serial)}@{machine.address.partition('@')[2]}")


def answers_from_elsewhere_anew(machine: Machine, mail: EmailMessage) -> Answer:
    return machine.reply(mail, sender="cases@helpers.test", in_reply_to="", to=_sender_of(mail))


# ---- Dead addresses


def bounces(machine: Machine, mail: EmailMessage) -> Answer:
    """As RFC 3464 wants it, with the head of what it sends back."""
    status = f"Final-Recipient: rfc822; {machine.address}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    raw = (
        f"From: MAILER-DAEMON@mx.elsewhere.test\r\nTo: {_sender_of(mail)}\r\nSubject: Undelivered Mail\r\n"
        f"Return-Path: <>\r\nMessage-ID: <bounce{next(_serial)}@mx.elsewhere.test>\r\nAuto-Submitted: auto-replied\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n{status}"
        f"\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {mail['Message-ID']}\r\n\r\n--b--\r\n"
    )
    return Answer(raw.encode(), _sender_of(mail))


def bounces_in_words(machine: Machine, mail: EmailMessage) -> Answer:
    """A server of old: a letter from its daemon, without any structure."""
    text = f"Hi. This is the qmail-send program.\n\n<{machine.address}>:\nno mailbox here by that name.\n\n"
    raw = make_mail(
        f"{text}--- Below this line is a copy of the message.\n\nMessage-ID: {mail['Message-ID']}\n",
        sender="MAILER-DAEMON@mx.elsewhere.test",
        to=_sender_of(mail),
        subject="failure notice",
        headers={"Return-Path": "<>"},
    )
    return Answer(raw, _sender_of(mail))


def bounces_like_a_letter(machine: Machine, mail: EmailMessage) -> Answer:
    """Nothing in it says that it is one."""
    return machine.reply(mail, subject="About your message", in_reply_to="", to=_sender_of(mail))
