"""Is this a bounce that follows no standard? By who sends it and what it carries together.

Words in a text alone never make a bounce: customers write about bounces, and paste
them. A mail server's own name needs one more sign; from any other address the mail
must begin with a server's set phrase and say the same in its subject.
"""

from __future__ import annotations

import re

from channels_inbox.email import vocabulary
from channels_inbox.email.headers import Headers
from channels_inbox.email.mime import Part
from channels_inbox.email.parsed import Address

ORIGINALS = (
    "message/rfc822",
    "message/global",
    "message/rfc822-headers",
    "message/global-headers",
    "text/rfc822-headers",
)
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
REPLY_CODE = re.compile(r"(?<![\d.:/-])([45][0-5]\d)(?=[ -]\S)")
MESSAGE_ID = re.compile(r"(?im)^[> \t]{0,200}message-id:\s{0,20}<?([^<>\s]{3,500})>?")
FAILED_ADDRESS = re.compile(
    r"[<\s(:\"']([^\s<>()\",;:'\[\]]{1,100}@[a-zA-Z0-9-]{1,63}(?:\.[a-zA-Z0-9-]{1,63}){1,8})"
)
GONE = vocabulary.any_of(vocabulary.GONE)
FOR_NOW = vocabulary.any_of(vocabulary.FOR_NOW)
DELAYED = vocabulary.any_of(vocabulary.DELAYED)

_DAEMONS = re.compile(
    r"(?i)^(?:mailer-?daemon|post[._-]?master|mail-?daemon|mdaemon|mmdf|mail\.?deliver.*|mailadmin|bounce"
    r"|internet-?mail-?delivery|system[ ._-]?administrator)$"
)
_DAEMON_NAMES = re.compile(
    r"(?i)mail(?:er)?[ -]?delivery|mailer-?daemon|mail administrator|system ?administrator|postmaster"
    r"|delivery (?:subsystem|system)"
)
_SUBJECT = vocabulary.any_of(vocabulary.BOUNCE_SUBJECTS)
_SET_PHRASE = vocabulary.any_of(vocabulary.BOUNCE_PHRASES)
_ANSWER = re.compile(r"(?i)^\s*(?:re|aw|sv|antw|fwd?|wg)\s?:")
_PERSON = re.compile(
    r"(?i)\b(?:hi|hello|hey|dear|hallo|bonjour|hola|ciao|thanks?|please|(?:i|we|i've)\s\w+)\b"
)
_OPENING = 400  # characters in which a server comes to the point


def is_daemon(root: Part, sender: Address, return_path: str | None) -> bool:
    """Does a mail server send this, by its address, its name or its lack of both?"""
    nobody = not sender.email and (return_path == "" or "<>" in root.headers.get("from"))
    if nobody or is_daemon_address(sender.email):
        return True
    named = _DAEMON_NAMES.search(sender.name) is not None
    return named and (return_path in ("", None) or is_daemon_address(return_path or ""))


def is_daemon_address(email: str) -> bool:
    return _DAEMONS.match(email.partition("@")[0].strip("\"'\\ ")) is not None


def looks_like_one(
    root: Part,
    parts: list[Part],
    sender: Address,
    subject: str,
    return_path: str | None,
    text: str,
    head: str,
) -> bool:
    """`text` is the whole body and `head` as much of it as is worth a look."""
    own = root.headers
    if "x-failed-recipients" not in own and own.get("auto-submitted").lower().startswith("no"):
        return False
    if own.get("x-failed-recipients"):
        return True
    carries = carries_original(parts) or MESSAGE_ID.search(text) is not None
    if _ANSWER.match(subject) and not carries:
        return False
    says = _SUBJECT.search(subject) is not None
    if is_daemon(root, sender, return_path):
        return says or _SET_PHRASE.search(head) is not None or (carries and _explains(head))
    return says and (carries or FAILED_ADDRESS.search(head) is not None) and _opens_as_a_server(own, head)


def carries_original(parts: list[Part]) -> bool:
    return any(part.content_type in ORIGINALS for part in parts[1:])


def is_rejection(root: Part, parts: list[Part]) -> Part | None:
    """The receipt by which a filter refuses a mail (RFC 5429), and not one for a mail that was read."""
    if "rejected" not in root.headers.get("auto-submitted").lower():
        return None
    return next((part for part in parts if part.content_type == "message/disposition-notification"), None)


def _opens_as_a_server(own: Headers, head: str) -> bool:
    if "in-reply-to" in own or "user-agent" in own:
        return False
    opening = _SET_PHRASE.search(head[:_OPENING])
    return opening is not None and _PERSON.search(head[: opening.start()]) is None


def _explains(head: str) -> bool:
    return any(pattern.search(head) is not None for pattern in (STATUS, REPLY_CODE, GONE, FOR_NOW, DELAYED))
