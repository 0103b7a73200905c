"""A mail put together again from the fields of a provider that does not give the mail itself.

What is written here is read by the same guarded reader as mail from anywhere. Headers are taken over as they are,
except for those that say how the body is packed, which is new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP

POLICY = SMTP.clone(cte_type="7bit")
PACKED = re.compile(r"(?i)(content-|mime-version\Z)")
NAME = re.compile(r"[!-9;-~]{1,100}")
TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}")
MOST_HEADERS = 1_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of the mail."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""


def mail(
    headers: Iterable[tuple[str, str]], *, text: str, html: str = "", pieces: Sequence[Piece] = ()
) -> bytes:
    """The mail as bytes."""
    body = EmailMessage(policy=POLICY)
    # Base64, because the other packing costs seconds for a text of megabytes.
    body.set_content(_clean(text), cte="base64")
    if html:
        body.add_alternative(_clean(html), subtype="html", cte="base64")
    for piece in pieces:
        _attach(body, piece)
    return b"".join(_lines(headers)) + body.as_bytes()


def _lines(headers: Iterable[tuple[str, str]]) -> Iterable[bytes]:
    """Header lines as they were, in UTF-8 where somebody decoded them: the reader knows what to do."""
    for number, (name, value) in enumerate(headers):
        if number < MOST_HEADERS and NAME.fullmatch(name) and not PACKED.match(name):
            yield f"{name}: {' '.join(value.replace(chr(0), '').split())}\r\n".encode("utf-8", "replace")


def _attach(body: EmailMessage, piece: Piece) -> None:
    kind = piece.content_type.partition(";")[0].strip().lower()
    if not TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/")):
        kind = "application/octet-stream"
    major, _slash, minor = kind.partition("/")
    cid = re.sub(r"[^!-;=?-~]", "", piece.content_id.strip().strip("<>"))[:200]
    body.add_attachment(
        piece.content,
        maintype=major,
        subtype=minor,
        filename=_clean(piece.name, one_line=True)[:200] or None,
        disposition="inline" if cid else "attachment",
        cid=f"<{cid}>" if cid else None,
    )


def _clean(text: str, *, one_line: bool = False) -> str:
    text = text.replace("\x00", "").encode("utf-8", "replace").decode()
    return " ".join(text.split()) if one_line else text
