"""Mail as customers of the demo desk write it: whole messages, ready for an SMTP server or for the intake."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from tickets.files import NewFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    sender: str
    name: str
    to: str
    subject: str
    text: str
    at: datetime
    html: str = ""
    language: str = ""
    cc: Sequence[str] = ()
    files: Sequence[NewFile] = field(default=(), repr=False)
    in_reply_to: str = ""  # Message-IDs without their brackets
    references: Sequence[str] = ()
    is_automatic: bool = False

    @property
    def message_id(self) -> str:
        """The same for the same letter, so that the desk is the same every time."""
        about = f"{self.sender} {self.to} {self.subject} {self.at.isoformat()} {self.text}"
        return f"{hashlib.sha256(about.encode()).hexdigest()[:24]}@{self.sender.rpartition('@')[2]}"


def write(letter: Letter) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(letter.name, addr_spec=letter.sender)
    mail["To"] = letter.to
    if letter.cc:
        mail["Cc"] = ", ".join(letter.cc)
    mail["Subject"] = letter.subject
    mail["Date"] = letter.at
    mail["Message-ID"] = f"<{letter.message_id}>"
    if letter.language:
        mail["Content-Language"] = letter.language
    if letter.in_reply_to:
        mail["In-Reply-To"] = f"<{letter.in_reply_to}>"
        mail["References"] = " ".join(f"<{each}>" for each in (*letter.references, letter.in_reply_to))
    if letter.is_automatic:
        mail["Auto-Submitted"] = "auto-replied"
    _write_body(mail, letter)
    return mail.as_bytes()


def _write_body(mail: EmailMessage, letter: Letter) -> None:
    mail.set_content(letter.text + "\n")
    inline = [file for file in letter.files if f"cid:{_stem(file.name)}" in letter.html]
    if letter.html:
        mail.add_alternative(letter.html, subtype="html")
        page = mail.get_payload()[1]  # type: ignore[index]
        for file in inline:
            page.add_related(  # type: ignore[union-attr]
                file.content,
                **_kind(file),
                cid=f"<{_stem(file.name)}>",
                disposition="inline",
                filename=file.name,
            )
    for file in letter.files:
        if file not in inline:
            mail.add_attachment(file.content, filename=file.name, **_kind(file))


def _kind(file: NewFile) -> dict[str, Any]:
    maintype, _slash, subtype = file.content_type.partition("/")
    return {"maintype": maintype, "subtype": subtype or "octet-stream"}


def _stem(name: str) -> str:
    return name.rpartition(".")[0]
