"""A parsed mail, as the desk sees it: a message, or reports about messages of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from channels_inbox.adapter import Item, PayloadUnreadable
from channels_inbox.email import loop_mark, reply_address
from channels_inbox.email.parsed import Address, FailedRecipient, Forwarded, ParsedEmail, Verdicts
from channels_inbox.messages import (
    DeliveryReport,
    FileRef,
    ForwardedMessage,
    InboundMessage,
    Proof,
    Sender,
)

NO_SENDER = "The mail does not say who sent it."
CAME_BACK = "A mail of this desk came back to it."
FAILED_DMARC = "The mail server found that it does not come from the domain it names (DMARC)."
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,6})?")


def items(mail: ParsedEmail, settings: Mapping[str, Any]) -> list[Item]:
    """What the mail says. Raises PayloadUnreadable where nobody sent it."""
    if mail.bounce is not None:
        return list(_reports(mail))
    if "@" not in mail.from_.email:
        raise PayloadUnreadable(NO_SENDER, subject=mail.subject)
    return [_message(mail, settings)]


def _message(mail: ParsedEmail, settings: Mapping[str, Any]) -> InboundMessage:
    checks = _trusted_checks(mail, settings)
    # All of it was quoted: a person who answers between the lines of a strange mail program, or nobody.
    text = mail.visible_reply or ("" if mail.attachments else mail.text)
    return InboundMessage(
        external_id=mail.message_id,
        sender=_sender(mail.from_),
        text=text,
        html=mail.visible_html or mail.html,
        quoted_text="\n\n".join(filter(None, [mail.signature, mail.quoted_text]))
        if mail.visible_reply
        else "",
        quoted_html=mail.quoted_html,
        subject=mail.subject,
        thread_keys=tuple(dict.fromkeys(filter(None, [mail.in_reply_to, *reversed(mail.references)]))),
        reply_tokens=_addressed(mail),
        to=tuple(_sender(address) for address in mail.to),
        cc=tuple(_sender(address) for address in mail.cc),
        files=tuple(
            FileRef(
                name=file.filename,
                content_type=file.content_type,
                content=file.content,
                content_id=file.content_id,
                is_inline=file.inline,
            )
            for file in mail.attachments
        ),
        sent_at=mail.date,
        automatic=bool(mail.automatic_reason),
        automatic_reason=mail.automatic_reason,
        written_by_machine=mail.is_auto_reply,
        has_only_quotes=not mail.visible_reply and bool(text),
        from_ourselves=_why_ours(mail),
        spoofed=FAILED_DMARC if checks and checks.dmarc == "fail" else "",
        proof=_proof(mail, checks),
        forwarded=_forwarded(mail.forwarded) if mail.forwarded else None,
        language=_language(mail),
        facts=_facts(mail, checks),
    )


def _forwarded(found: Forwarded) -> ForwardedMessage:
    return ForwardedMessage(
        sender=_sender(found.sender),
        subject=found.subject,
        text=found.text,
        quoted_text=found.quoted_text,
        html=found.html,
        comment=found.comment,
    )


def _sender(address: Address) -> Sender:
    name = address.name
    if len(name) > 2 and name[0] == name[-1] and name[0] in "\"'":  # Outlook puts 'Jane Doe' into quotes
        name = name[1:-1].strip()
    return Sender(handle=address.email, name=name)


def _addressed(mail: ParsedEmail) -> tuple[str, ...]:
    """Everybody it was sent to, one of which may be a signed address of ours."""
    named = [*mail.delivered_to, *(address.email for address in (*mail.to, *mail.cc))]
    return tuple(address for address in dict.fromkeys(named) if "+" in address)


def _why_ours(mail: ParsedEmail) -> str:
    came_back = loop_mark.is_ours(mail.headers) or reply_address.read_message_id(mail.message_id) is not None
    return CAME_BACK if came_back else ""


def _trusted_checks(mail: ParsedEmail, settings: Mapping[str, Any]) -> Verdicts | None:
    """What our own mail server found. Anybody can write this header, so only its topmost one counts, and only ours."""
    ours = str(settings.get("authserv_id", "")).lower()
    if not ours or not mail.auth_results or mail.auth_results[0].server != ours:
        return None
    return mail.auth_results[0]


def _proof(mail: ParsedEmail, checks: Verdicts | None) -> Proof:
    """DMARC says it by itself; where a domain has no DMARC, its own DKIM signature does (RFC 7489, 3.1: relaxed)."""
    if checks is None:
        return ""
    if checks.dmarc in ("pass", "fail"):
        return "pass" if checks.dmarc == "pass" else "fail"
    domain = mail.from_.email.rpartition("@")[2].lower()
    signed = any(
        domain == signer or domain.endswith(f".{signer}") for signer in checks.signed_by if "." in signer
    )
    return "pass" if signed else "open"


def _facts(mail: ParsedEmail, checks: Verdicts | None) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if checks:
        facts["sender_checks"] = {"spf": checks.spf, "dkim": checks.dkim, "dmarc": checks.dmarc}
    if mail.date:
        facts["sent_at"] = mail.date.isoformat()
    others = [address.email for address in mail.reply_to if address.email.lower() != mail.from_.email.lower()]
    if others:
        facts["reply_to"] = others[:5]
    return facts


def _language(mail: ParsedEmail) -> str:
    for name, value in mail.headers:
        if name.lower() == "content-language":
            language = value.partition(",")[0].strip()
            return language if LANGUAGE.fullmatch(language) else ""
    return ""


def _reports(mail: ParsedEmail) -> list[DeliveryReport]:
    assert mail.bounce is not None
    named = [mail.bounce.original_message_id, mail.in_reply_to, *reversed(mail.references)]
    ours = next((name for name in named if reply_address.looks_minted(name)), named[0])
    unnamed = [FailedRecipient(email="", kind=mail.bounce.kind)]
    return [
        DeliveryReport(
            external_id=ours,
            state="failed",
            note=" ".join(filter(None, [failed.status, failed.words])) or mail.subject,
            recipient=failed.email,
            # Still trying, or delivered and then called spam: neither means that it did not arrive.
            is_permanent=not failed.delayed and failed.kind != "complaint",
            may_pass=failed.kind == "soft" and not failed.delayed,
        )
        for failed in mail.bounce.recipients or unnamed
    ]
