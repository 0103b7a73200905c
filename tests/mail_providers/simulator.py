"""What all simulated providers have: where they post, and how a call is put together."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, ClassVar

import requests

from channels_inbox.models import Inbox, ProviderHook

BOUNCED, DELIVERED, COMPLAINED, DEFERRED, OPENED = "bounced", "delivered", "complained", "deferred", "opened"


@dataclass(frozen=True)
class Request:
    """A call before it is made, so that a test may spoil it."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self) -> requests.Response:
        return requests.post(self.url, data=self.body, headers=dict(self.headers), timeout=60)

    def but(self, **changes: Any) -> Request:
        return replace(self, **changes)


class Simulator:
    key: ClassVar[str] = ""
    gives_raw: ClassVar[bool] = True  # whether it can hand over the mail as it is
    # Headers that a call carries its proof in; without them it is unsigned.
    proof: ClassVar[tuple[str, ...]] = ("Authorization",)

    def __init__(self, desk: str, inbox: Inbox) -> None:
        self.desk, self.inbox = desk, inbox
        self.password = secrets.token_urlsafe(24)

    def set_up(self) -> ProviderHook:
        """What an admin does with this provider's keys."""
        return ProviderHook.objects.create(
            inbox=self.inbox, provider=self.key, settings=self.settings, credentials=self.credentials
        )

    @property
    def settings(self) -> dict[str, str]:
        return {}

    @property
    def credentials(self) -> dict[str, str]:
        return {"password": self.password}

    @property
    def url(self) -> str:
        return f"{self.desk}/hooks/{self.inbox.token}/"

    def mail(self, raw: bytes) -> Request:
        """A call with the mail as it is, where this provider does that."""
        raise NotImplementedError

    def fields(self, raw: bytes) -> Request:
        """A call with the mail taken to pieces."""
        raise NotImplementedError

    def event(
        self, kind: str, *, message_id: str, recipient: str = "elena@example.org", words: str = ""
    ) -> Request:
        raise NotImplementedError

    def with_password(self, body: bytes, content_type: str, *, password: str = "") -> Request:
        given = base64.b64encode(f"desk:{password or self.password}".encode()).decode()
        return Request(self.url, body, {"Content-Type": content_type, "Authorization": f"Basic {given}"})

    def forged(self, request: Request) -> Request:
        """The same call by somebody who does not have the key."""
        given = base64.b64encode(b"desk:guessed").decode()
        return request.but(headers={**request.headers, "Authorization": f"Basic {given}"})

    def unsigned(self, request: Request) -> Request:
        return request.but(
            headers={name: value for name, value in request.headers.items() if name not in self.proof}
        )


def parsed(raw: bytes) -> EmailMessage:
    """How a provider reads the mail that it takes to pieces."""
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def body_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part else ""


def files_of(mail: EmailMessage) -> list[EmailMessage]:
    return [part for part in mail.walk() if part.get_filename()]


def bytes_of(part: EmailMessage) -> bytes:
    found = part.get_payload(decode=True)
    assert isinstance(found, bytes)
    return found


def form(fields: list[tuple[str, bytes, str, str]]) -> tuple[bytes, str]:
    """multipart/form-data of (name, content, filename, content type)."""
    boundary = f"xYzZY{secrets.token_hex(8)}"
    body = b""
    for name, content, filename, kind in fields:
        about = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
        lines = f"Content-Disposition: {about}\r\n" + (f"Content-Type: {kind}\r\n" if kind else "")
        body += b"--" + boundary.encode() + b"\r\n" + lines.encode() + b"\r\n" + content + b"\r\n"
    return body + b"--" + boundary.encode() + b"--\r\n", f"multipart/form-data; boundary={boundary}"
