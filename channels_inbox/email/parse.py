"""Read a mail: bytes in, what it says out. Pure: no database, no settings, no network.

The tree of parts comes from `mime`, the text from `bodies`, the files from
`attachments`; `reply_text` and `reply_html` tell what is new from what is quoted;
`bounces` and `loops` tell whether a machine wrote it. Hostile mail costs bounded
work, but run it in the guarded child process (`guard`) all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from channels_inbox.email import (
    addresses,
    attachments,
    auth_results,
    bodies,
    bounces,
    calendar_text,
    charsets,
    dates,
    encoded_words,
    forwarded,
    headers,
    html_marks,
    loops,
    message_ids,
    mime,
    reply_html,
    reply_text,
    tnef,
    vocabulary,
)
from channels_inbox.email.bodies import Body
from channels_inbox.email.headers import Headers
from channels_inbox.email.limits import MailRefused
from channels_inbox.email.mime import Part
from channels_inbox.email.parsed import Address, Forwarded, ParsedEmail
from channels_inbox.email.reply_text import Reply

__all__ = ["MailRefused", "ParsedEmail", "parse_email"]

_ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-rcpt-to")
_FORWARD_SUBJECT = vocabulary.any_of(
    vocabulary.FORWARD_SUBJECTS, before=r"^\s*(?:\[[^\]]{0,40}\]\s*)?", after=r"\s?[:：]"
)


def parse_email(raw: bytes) -> ParsedEmail:
    """Read one raw mail, in any state of repair.

    Raises MailRefused, and nothing else, with a sentence for a person: when the mail
    is empty or goes beyond `limits`. Keep the raw bytes; everything else is in the result.
    """
    root = mime.read(raw)
    found = bodies.sort(root)
    body = _or_packed(bodies.read(found.segments), found.files)
    subject = root.headers.line("subject")
    is_forward = _FORWARD_SUBJECT.match(subject) is not None
    texts = _texts(body, forwarded=is_forward)
    sender = addresses.first(root.headers.get("sender"))
    return_path = _return_path(root.headers)
    from_ = _from(root.headers, sender, return_path)
    bounce = bounces.read(root, from_, subject, return_path, texts.text)
    automatic = loops.judge(root, from_, subject, return_path, is_bounce=bounce is not None)
    return ParsedEmail(
        from_=from_,
        to=_addresses(root.headers, "to"),
        cc=_addresses(root.headers, "cc"),
        reply_to=_addresses(root.headers, "reply-to"),
        subject=subject,
        date=dates.read(root.headers.get("date")),
        message_id=message_ids.first(root.headers.get("message-id")),
        in_reply_to=message_ids.first(root.headers.get("in-reply-to")),
        references=message_ids.read(root.headers.get("references")),
        text=texts.text,
        html=body.html,
        attachments=attachments.read(found.files, body.unpacked, body.html),
        visible_reply=texts.reply.visible,
        quoted_text=texts.reply.quoted,
        signature=texts.reply.signature,
        visible_html=texts.visible_html,
        quoted_html=texts.quoted_html,
        is_auto_reply=automatic.is_auto_reply,
        is_list_mail=automatic.is_list_mail,
        automatic_reason=automatic.reason,
        forwarded=_forwarded(body, texts, subject, by_subject=is_forward),
        is_bounce=bounce is not None,
        bounce=bounce,
        sender=sender,
        return_path=return_path,
        delivered_to=_envelope_recipients(root.headers),
        auth_results=auth_results.read(root.headers.all("authentication-results")),
        headers=[(name, headers.one_line(encoded_words.decode(value))) for name, value in root.headers.items],
    )


@dataclass(frozen=True, slots=True)
class _Texts:
    text: str
    reply: Reply
    visible_html: str = ""
    quoted_html: str = ""


def _texts(body: Body, *, forwarded: bool) -> _Texts:
    """Split the body. Plain text decides what was written; HTML knows better where a quote begins."""
    if not body.html:
        return _Texts(body.plain, reply_text.split(body.plain, forwarded=forwarded))
    if not body.plain or body.is_partly_html:
        split = reply_html.split(body.html, forwarded=forwarded)
        return _Texts(split.text, split.reply, split.visible_html, split.quoted_html)
    reply = reply_text.split(body.plain, forwarded=forwarded)
    if not reply.quoted and not html_marks.may_mark(body.html):
        return _Texts(body.plain, reply, body.html)
    split = reply_html.split(body.html, forwarded=forwarded)
    if _tells_more(split.reply, reply):
        reply = split.reply
    return _Texts(body.plain, reply, split.visible_html, split.quoted_html)


def _forwarded(body: Body, texts: _Texts, subject: str, *, by_subject: bool) -> Forwarded | None:
    """Looked for where the subject says so, or a line of the text does."""
    lines = texts.text.split("\n", forwarded.LINES)[: forwarded.LINES]
    if not by_subject and not any(forwarded.may_begin(line) for line in lines):
        return None
    return forwarded.read(body.plain, body.html, subject, by_subject=by_subject)


def _tells_more(rich: Reply, plain: Reply) -> bool:
    """Did the HTML's marks set something apart that the plain text has no mark for?"""
    if rich.quoted and not plain.quoted:
        return True
    shorter, longer = "".join(rich.visible.split()), "".join(plain.visible.split())
    return bool(shorter) and len(shorter) < len(longer) and longer.startswith(shorter)


def _or_packed(body: Body, files: list[Part]) -> Body:
    """Outlook may have packed the text too, and left nothing but a winmail.dat; an invitation may be all there is."""
    if body.plain or body.html:
        return body
    for part in files:
        if part.content_type == "text/calendar" and part.disposition != "attachment":
            body.plain = charsets.clean(calendar_text.read(part.text))
        if attachments.is_tnef(part) and (packed := tnef.read(part.content)):
            body.plain = charsets.clean(packed.text).replace("\r\n", "\n").strip()
            body.html = charsets.decode(packed.html, packed.html_charset).replace("\r\n", "\n").strip()
            body.is_partly_html = not body.plain
    return body


def _from(own: Headers, sender: Address | None, return_path: str | None) -> Address:
    """Who wrote it: From, and where that is missing the next best header."""
    return addresses.first(own.get("from")) or sender or Address("", return_path or "")


def _addresses(own: Headers, name: str) -> list[Address]:
    return [address for value in own.all(name) for address in addresses.read(value)]


def _return_path(own: Headers) -> str | None:
    if "return-path" not in own:
        return None
    address = addresses.first(own.get("return-path"))
    return address.email if address else ""


def _envelope_recipients(own: Headers) -> list[str]:
    """Whom the mail was delivered to, by the headers that servers leave; each once, first seen first."""
    found = [
        address.email for name in _ENVELOPE for value in own.all(name) for address in addresses.read(value)
    ]
    return list(dict.fromkeys(found))
