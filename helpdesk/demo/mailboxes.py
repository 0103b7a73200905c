"""The customers' side of the demo desk: their mailboxes, sending by real SMTP, and what became of a mail."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_inbox.email import guard
from channels_inbox.email.parsed import ParsedEmail
from channels_inbox.email.peek import peek
from channels_inbox.models import InboundPayload, Inbox
from foundation.errors import HelpdeskError
from helpdesk.demo_mail.store import StoredMail, demo_store, is_served, without_tag

PATIENCE = 10  # seconds
SHOWN = 100
LOOKED_THROUGH = 20  # held messages


class NotSent(HelpdeskError):
    """The demo's mail server did not take it."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    address: str
    count: int


def addresses_of_desk() -> set[str]:
    """What belongs to the desk itself: nobody writes from there."""
    rows = Inbox.objects.filter(kind="email").values_list("address", "aliases")
    return {address.lower() for main, others in rows for address in (main, *others)}


def customers_mailboxes(*also: str) -> list[Mailbox]:
    """Everybody who has mail, and these."""
    store, desk = demo_store(), addresses_of_desk()
    known = dict.fromkeys([*also, *store.addresses()])
    return [
        Mailbox(address, len(store.mails(address))) for address in known if address and address not in desk
    ]


def may_be_opened(address: str) -> bool:
    return is_served(address) and without_tag(address) not in addresses_of_desk()


def mails_of(address: str) -> list[Letter]:
    """Newest first."""
    return [Letter(mail) for mail in reversed(demo_store().mails(address)[-SHOWN:])]


def letter(address: str, uid: int) -> Letter | None:
    found = next((mail for mail in demo_store().mails(address) if mail.uid == uid), None)
    return Letter(found) if found else None


class Letter:
    """A mail in a customer's mailbox."""

    def __init__(self, mail: StoredMail) -> None:
        self.mail = mail

    @property
    def uid(self) -> int:
        return self.mail.uid

    @property
    def received_at(self) -> datetime:
        return self.mail.received_at

    @property
    def sender(self) -> str:
        return str(self.mail.message["From"] or "")

    @property
    def subject(self) -> str:
        return str(self.mail.message["Subject"] or "")

    @cached_property
    def content(self) -> ParsedEmail:
        """Read as every mail is: in the guarded child, whoever wrote it."""
        return guard.parse(self.mail.raw)

    @property
    def answer_to(self) -> str:
        named = self.content.reply_to or [self.content.from_]
        return named[0].email


def send(raw: bytes, *, sender: str, to: str) -> None:
    """Hand a mail to the demo's own mail server. Raises NotSent."""
    try:
        with smtplib.SMTP("127.0.0.1", settings.DEMO_SMTP_PORT, timeout=PATIENCE) as server:
            server.sendmail(sender, [to], raw)
    except smtplib.SMTPException as refused:
        raise NotSent(_("The mail server refused it: %(why)s") % {"why": str(refused)[:200]}) from refused
    except OSError as error:
        sentence = _("The demo's mail servers do not run (python manage.py demo_mail).")
        raise NotSent(sentence) from error


# ---- What became of a mail


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One station on a mail's way."""

    words: str | Promise
    state: str  # "done", "now" or "failed"
    more: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    stops: list[Stop]
    is_over: bool  # nothing more will happen by itself


def journey(message_id: str, *, sender: str) -> Journey:
    """Where a customer's mail is now, and what came back for it."""
    delivered = Stop(words=_("Delivered to the desk's mailbox"), state="done")
    payload = _payload_of(message_id)
    if payload is None:
        return Journey(
            stops=[delivered, Stop(words=_("The desk fetches its mail …"), state="now")], is_over=False
        )
    fetched = Stop(words=_("Fetched by the desk"), state="done")
    became = _what_became(payload)
    stops = [delivered, fetched, became]
    if became.state != "done":
        return Journey(stops=stops, is_over=payload.state not in InboundPayload.UNFINISHED)
    answers = [each for each in mails_of(sender) if message_id in _answered(each)]
    for each in reversed(answers):
        stops.append(_came_back(each, sender))
    has_answer = any(not _is_automatic(each) for each in answers)
    if not has_answer:
        stops.append(Stop(words=_("Waiting for an agent's answer …"), state="now"))
    return Journey(stops=stops, is_over=has_answer)


def _payload_of(message_id: str) -> InboundPayload | None:
    payloads = InboundPayload.objects.select_related("ticket")
    if found := payloads.defer("raw").filter(rfc_message_id=message_id).first():
        return found
    # What could not be read has told no Message-ID.
    held = payloads.held().order_by("-pk")[:LOOKED_THROUGH]
    return next((each for each in held if peek(each.read_raw()).message_id == message_id), None)


def _what_became(payload: InboundPayload) -> Stop:
    number = payload.ticket.number if payload.ticket else None
    if payload.state == InboundPayload.State.DONE and number:
        words = _("In ticket #%(number)d") % {"number": number}
        return Stop(words=words, state="done", url=f"/t/{number}/")
    if payload.state in InboundPayload.UNFINISHED:
        return Stop(words=_("The desk reads it …"), state="now", more=payload.reason)
    if payload.state in InboundPayload.HELD:
        return Stop(
            words=_("Held in quarantine"), state="failed", more=payload.reason, url="/settings/quarantine/"
        )
    return Stop(
        words=_("Set aside"), state="failed", more=payload.reason, url="/settings/quarantine/?show=ignored"
    )


def _answered(letter: Letter) -> set[str]:
    """The Message-IDs that a mail refers to."""
    message = letter.mail.message
    named = f"{message['In-Reply-To'] or ''} {message['References'] or ''}"
    return {name.strip("<>") for name in named.split()}


def _is_automatic(letter: Letter) -> bool:
    return str(letter.mail.message["Auto-Submitted"] or "no").lower() != "no"


def _came_back(letter: Letter, address: str) -> Stop:
    words = _("A confirmation came back") if _is_automatic(letter) else _("The answer has arrived")
    return Stop(words=words, state="done", more=letter.subject, url=f"/demo/mail/{address}/{letter.uid}/")
