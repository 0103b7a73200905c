"""Write a mail: text and HTML side by side, pictures within, files below, and every header a single line.

Only the standard library's EmailMessage writes headers here, from values that were made one line before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from channels_inbox.adapter import SendFailed
from channels_inbox.email import loop_mark
from channels_inbox.email.page import LANGUAGE, page
from channels_inbox.messages import FileRef, OutboundMessage
from foundation.richtext import strip_controls

# Encoded so that every server on the way can carry it: no 8BITMIME, no SMTPUTF8.
POLICY = SMTP.clone(cte_type="7bit")
SUBJECT_LIMIT = 250
REFERENCES_LIMIT = 20
# RFC 5322, 3.2.3: what stands within quotes only, and what is written twice there. So many letters fit on any line.
QUOTED = re.compile(r'[][()<>@,;:\\".]')
QUOTES = re.compile(r'[\\"]')
ON_ONE_LINE = 60
BLANKS = re.compile(r"\s+")
MESSAGE_ID = re.compile(r"[^\s<>@\x00-\x20\x7f-\uffff]+@[^\s<>@\x00-\x20\x7f-\uffff]+")
# Attached under their own type these would be taken apart by mail programs on the way.
NOT_ATTACHED_AS_SUCH = ("multipart/", "message/")


def compose(message: OutboundMessage, marks: Mapping[str, str] | None = None) -> bytes:
    """The mail as bytes, with CRLF line ends. `marks` are headers for the server that it is handed to.

    Raises SendFailed(permanent) for an address that no mail can have.
    """
    mail = EmailMessage(policy=POLICY)
    _write_people(mail, message)
    mail["Subject"] = one_line(message.subject, SUBJECT_LIMIT)
    mail["Date"] = message.date
    mail["Message-ID"] = f"<{message.message_id}>"
    _write_thread(mail, message)
    _write_manners(mail, message)
    for name, value in (marks or {}).items():
        mail[name] = one_line(value)
    _write_body(mail, message)
    if LANGUAGE.fullmatch(message.language):  # last: what is called Content-… moves into the parts
        mail["Content-Language"] = message.language
    return mail.as_bytes()


def one_line(text: str, limit: int = SUBJECT_LIMIT) -> str:
    return BLANKS.sub(" ", strip_controls(text)).strip()[:limit]


def _write_people(mail: EmailMessage, message: OutboundMessage) -> None:
    mail["From"] = _address(message.sender.handle, message.sender.name)
    if message.reply_to:
        mail["Reply-To"] = _address(message.reply_to, message.sender.name)
    for header, people in (("To", message.to), ("Cc", message.cc)):  # Bcc stands on no copy
        if people:
            mail[header] = [_address(handle) for handle in people]


def _address(handle: str, name: str = "") -> Address:
    local, _at, domain = handle.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode() if not domain.isascii() else domain
        address = f"{local}@{ascii_domain}"
        if not local or not address.isascii():
            raise ValueError
        return Address(display_name=_display_name(name), addr_spec=address)
    except (ValueError, IndexError) as error:  # IndexError: how the standard library says "not an address"
        raise SendFailed(
            f"“{one_line(handle, 100)}” is no address that mail can be sent to.", permanent=True
        ) from error


def _display_name(name: str) -> str:
    """The name of somebody, cut to what stands on one line where it has to be quoted.

    The standard library folds a longer one and forgets its quotes, so that an address in it becomes the address.
    """
    line = one_line(name, 100)
    if QUOTED.search(line) is None or not line.isascii():  # those are encoded, which hides everything
        return line
    return line if len(QUOTES.sub("xx", line)) <= ON_ONE_LINE else line[: ON_ONE_LINE // 2].rstrip()


def _write_thread(mail: EmailMessage, message: OutboundMessage) -> None:
    if parent := _ids([message.in_reply_to]):
        mail["In-Reply-To"] = parent
    references = list(message.references)
    if len(references) > REFERENCES_LIMIT:  # the first one and the latest (RFC 5537, 3.4.4)
        references = [references[0], *references[1 - REFERENCES_LIMIT :]]
    if chain := _ids(references):
        mail["References"] = chain


def _ids(names: Iterable[str]) -> str:
    return " ".join(f"<{name}>" for name in dict.fromkeys(names) if MESSAGE_ID.fullmatch(name))


def _write_manners(mail: EmailMessage, message: OutboundMessage) -> None:
    """What tells other machines not to answer, and ourselves that this was ours."""
    mail[loop_mark.HEADER] = loop_mark.mark()
    if message.automatic:
        mail["Auto-Submitted"] = "auto-replied" if message.in_reply_to else "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        if message.in_reply_to:
            mail["Precedence"] = "auto_reply"


def _write_body(mail: EmailMessage, message: OutboundMessage) -> None:
    mail.set_content(message.text.rstrip() + "\n")
    if message.html:
        mail.add_alternative(page(message.html, language=message.language), subtype="html")
        document = mail.get_payload()[1]  # type: ignore[index]
        for file in message.files:
            if file.is_inline:
                document.add_related(  # type: ignore[union-attr]
                    file.content,
                    **_kind(file),
                    cid=f"<{file.content_id}>",
                    disposition="inline",
                    filename=_name(file),
                )
    for file in message.files:
        if not file.is_inline or not message.html:
            mail.add_attachment(file.content, filename=_name(file), **_kind(file))  # type: ignore[arg-type]


def _kind(file: FileRef) -> dict[str, str]:
    kind = file.content_type if re.fullmatch(r"[\w.+-]+/[\w.+-]+", file.content_type) else ""
    if not kind or kind.startswith(NOT_ATTACHED_AS_SUCH):
        kind = "application/octet-stream"
    maintype, _slash, subtype = kind.partition("/")
    return {"maintype": maintype, "subtype": subtype}


def _name(file: FileRef) -> str:
    return one_line(file.name, 150) or "file"
