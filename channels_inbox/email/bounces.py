"""A mail server could not deliver one of our mails: which one, to whom, and for good?

Reads delivery status notifications (RFC 3464), complaints (RFC 5965), refusals by
filters (RFC 5429), and the bounces of servers that follow no standard, which
`bounce_signs` recognises and `bounce_text` reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from channels_inbox.email import bounce_signs, bounce_text, charsets, encoded_words, headers, message_ids
from channels_inbox.email.bounce_signs import (
    FAILED_ADDRESS,
    MESSAGE_ID,
    ORIGINALS,
)
from channels_inbox.email.headers import Headers, one_line
from channels_inbox.email.mime import Part
from channels_inbox.email.parsed import Address, Bounce, FailedRecipient

_SUCCESSES = ("delivered", "relayed", "expanded")
_BLOCKS = 1_000
_TEXT_LOOKED_AT = 20_000
_REPORTS = ("message/delivery-status", "message/global-delivery-status")


def read(root: Part, sender: Address, subject: str, return_path: str | None, text: str) -> Bounce | None:
    """Read the bounce or complaint that a mail is; None for any other mail, receipts of success among them."""
    parts = list(root.walk())
    if complaint := _complaint(parts):
        return complaint
    report = next((part for part in parts if part.content_type in _REPORTS), None)
    if report is not None and (
        root.content_type == "multipart/report" or bounce_signs.is_daemon(root, sender, return_path)
    ):
        return _standard(report, parts, root.headers, text)
    if receipt := bounce_signs.is_rejection(root, parts):
        return _rejection(receipt, parts, text)
    head = text[:_TEXT_LOOKED_AT]
    if not bounce_signs.looks_like_one(root, parts, sender, subject, return_path, text, head):
        return None
    return Bounce(
        recipients=bounce_text.failed(head, root.headers, subject),
        original_message_id=_original_id(parts, text),
    )


def _standard(report: Part, parts: list[Part], own: Headers, text: str) -> Bounce | None:
    blocks = list(_blocks(report))
    original = next(
        (found for block in blocks if (found := message_ids.first(block.get("x-original-message-id")))), ""
    )
    recipients = [recipient for block in blocks if (recipient := _recipient(block, text))]
    if not recipients:
        if any(block.get("action").lower() in _SUCCESSES for block in blocks):
            return None
        recipients = bounce_text.failed(text[:_TEXT_LOOKED_AT], own, "")
    return Bounce(recipients=recipients, original_message_id=_original_id(parts, text) or original)


def _blocks(report: Part) -> Iterator[Headers]:
    """The groups of fields in a delivery status: one of the message, then one a recipient."""
    data = report.content.lstrip(b"\r\n")
    at = 0
    for _ in range(_BLOCKS):
        if at >= len(data):
            return
        block, behind = headers.read(data, at, len(data))
        if behind <= at:
            return
        at = behind
        if block.items:
            yield block


def _recipient(block: Headers, text: str) -> FailedRecipient | None:
    action = block.get("action").split()[0].lower() if block.get("action") else ""
    address = (
        block.get("original-recipient") or block.get("final-recipient") or block.get("x-actual-recipient")
    )
    if "final-recipient" in block and "@" in block.get("final-recipient"):
        address = block.get("final-recipient")
    if not (address or "status" in block) or action in _SUCCESSES:
        return None
    diagnostic = one_line(encoded_words.decode(block.get("diagnostic-code")))
    status = bounce_text.status_in(block.get("status")) or bounce_text.status_in(diagnostic)
    if status.startswith("2."):
        return None
    if status in ("", "5.0.0", "4.0.0"):  # the server knew better than its report
        status = bounce_text.status_in(diagnostic) or status
    words = (
        diagnostic.partition(";")[2].strip() or diagnostic or bounce_text.explanation(text[:_TEXT_LOOKED_AT])
    )
    return FailedRecipient(
        email=_address_in(address),
        kind="soft" if action == "delayed" else bounce_text.kind_of(status, words),
        delayed=action == "delayed",
        status=status,
        words=words[: bounce_text.WORDS],
    )


def _address_in(value: str) -> str:
    """`rfc822; <jane@x>` -> `jane@x`"""
    address = value.rpartition(";")[2].strip() if ";" in value else value.strip()
    found = FAILED_ADDRESS.search(" " + address)
    return found[1] if found else "".join(address.strip("<>").split())[:320]


def _complaint(parts: list[Part]) -> Bounce | None:
    """A mailbox provider passes on that its user called our mail spam."""
    report = next((part for part in parts if part.content_type == "message/feedback-report"), None)
    if report is None:
        return None
    fields = next(_blocks(report), Headers([]))
    kind, reporter = fields.get("feedback-type") or "abuse", one_line(fields.get("user-agent"))
    address = _address_in(
        fields.get("original-rcpt-to") or fields.get("removal-recipient") or _original_to(parts)
    )
    return Bounce(
        recipients=[
            FailedRecipient(
                email=address,
                kind="complaint",
                words=f"{kind}: reported by {reporter or 'the recipient'}"[: bounce_text.WORDS],
            )
        ],
        original_message_id=_original_id(parts, ""),
    )


def _rejection(receipt: Part, parts: list[Part], text: str) -> Bounce:
    """A filter at the recipient's refused the mail; its own words stand in the text."""
    fields = next(_blocks(receipt), Headers([]))
    words = bounce_text.explanation(text[:_TEXT_LOOKED_AT])
    address = _address_in(fields.get("original-recipient") or fields.get("final-recipient"))
    original = _original_id(parts, text) or message_ids.first(fields.get("original-message-id"))
    return Bounce(
        recipients=[FailedRecipient(email=address, kind=bounce_text.kind_of("", words), words=words)],
        original_message_id=original,
    )


def _original_id(parts: list[Part], text: str) -> str:
    for part in parts[1:]:
        if part.content_type in ORIGINALS and (
            found := message_ids.first(_original_headers(part).get("message-id"))
        ):
            return found
    texts = [text, *(charsets.decode(part.content[:_TEXT_LOOKED_AT]) for part in parts[1:] if _is_text(part))]
    quoted = next((match for one in texts if (match := MESSAGE_ID.search(one))), None)
    return quoted[1] if quoted else ""


def _is_text(part: Part) -> bool:
    return part.content_type.startswith("text/")


def _original_to(parts: list[Part]) -> str:
    original = next((part for part in parts[1:] if part.content_type in ORIGINALS), None)
    return _original_headers(original).get("to") if original else ""


def _original_headers(part: Part) -> Headers:
    data = part.content.lstrip(b"\r\n")
    return headers.read(data, 0, len(data))[0]
