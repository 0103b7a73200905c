"""Raw mails for tests, and the short way of one into the desk."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from itertools import count
from typing import Any

from channels_inbox import intake
from channels_inbox.models import InboundPayload, Inbox
from channels_inbox.outcome import Outcome

_serial = count(1)
LATELY = "Tue, 03 Nov 2026 10:12:11 +0100"


def make_mail(
    text: str = "My card was charged twice.",
    *,
    sender: str = "Elena Lindqvist <elena@example.org>",
    to: str = "support@desk.test",
    subject: str = "Charged twice for October",
    message_id: str | None = None,
    in_reply_to: str = "",
    references: Sequence[str] = (),
    headers: dict[str, str] | None = None,
    html: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    date: str = LATELY,
) -> bytes:
    """A mail with all that the test does not care about. Ids stand without brackets; message_id="" leaves it out."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    if date:
        mail["Date"] = date
    if message_id != "":
        mail["Message-ID"] = f"<{message_id or f'mail{next(_serial)}@example.org'}>"
    if in_reply_to:
        mail["In-Reply-To"] = f"<{in_reply_to}>"
    if references:
        mail["References"] = " ".join(f"<{name}>" for name in references)
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    for name, value in (headers or {}).items():
        mail[name] = value
    return mail.as_bytes()


def accept(inbox: Inbox, raw: bytes, **fields: Any) -> InboundPayload:
    key = fields.pop("dedup_key", f"test:{next(_serial)}")
    payload = InboundPayload.objects.accept(inbox, dedup_key=key, raw=raw, **fields)
    assert payload is not None
    return payload


def receive(inbox: Inbox, raw: bytes) -> Outcome:
    """The way of a mail from the ledger into its ticket."""
    outcome = intake.process(accept(inbox, raw))
    assert outcome is not None
    return outcome
