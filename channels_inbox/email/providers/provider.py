"""What the desk must know of a mail provider that calls it."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, ClassVar

from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise

from channels_inbox.adapter import Item, PayloadUnreadable
from channels_inbox.calls_in import Call, PayloadRejected, Refusal

# The name in user:password@ of addresses that carry a password.
USER = "desk"
NOT_UNDERSTOOD = "The provider's call is genuine, but not in a form that the desk understands ({why})."
# A call that holds no mail is never larger; it is JSON that is read before it is known to be genuine.
SMALL = 2**20  # bytes
# What a call that is not as documented makes of code that reads it.
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


class Provider:
    """One provider's way of calling. Holds what is set up for an inbox, keeps no state, saves nothing."""

    key: ClassVar[str] = ""
    label: ClassVar[str] = ""
    # Of the form: which of "signing_key", "password", "public_keys" and "topic" it asks for, and which it must have.
    fields: ClassVar[Sequence[str]] = ()
    required: ClassVar[Sequence[str]] = ()
    # A sentence each for the admin: where mail is set up at the provider, and where events are.
    mail_advice: ClassVar[str | Promise] = ""
    event_advice: ClassVar[str | Promise] = ""
    # What is added to /hooks/<token>/ for mail.
    mail_path: ClassVar[str] = ""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings

    def verify(self, call: Call) -> None:
        """Raise PayloadRejected unless the provider made this call, CannotVerify where that cannot be known now."""
        raise NotImplementedError

    def delivery_key(self, call: Call) -> str:
        """What names this call, so that one that is repeated is stored once."""
        return f"{self.key}:{sha256(call.body).hexdigest()}"

    def wrapping(self, call: Call) -> dict[str, Any]:
        """What has to be known to open the body later."""
        return {"provider": self.key, "content_type": call.content_type[:200]}

    def is_repeated(self, known_digest: bytes, call: Call) -> bool:
        """Whether a call whose key is known is the same once more, and not another one under its signature."""
        return True

    @classmethod
    def open(cls, raw: bytes, content_type: str) -> bytes | list[Item]:
        """The mail that a call brings, or what it reports. Raises PayloadUnreadable."""
        try:
            return cls.read(raw, content_type)
        except MALFORMED as fault:
            raise PayloadUnreadable(NOT_UNDERSTOOD.format(why=type(fault).__name__)) from fault

    @classmethod
    def read(cls, raw: bytes, content_type: str) -> bytes | list[Item]:
        raise NotImplementedError


def check_password(call: Call, settings: Mapping[str, Any]) -> None:
    """HTTP's basic authentication, as an address user:password@host makes a provider send it."""
    scheme, _blank, given = call.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic" or not given:
        raise PayloadRejected(Refusal.UNSIGNED)
    expected = f"{USER}:{settings.get('password', '')}"
    try:
        said = base64.b64decode(given.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise PayloadRejected(Refusal.WRONG_KEY) from None
    if not settings.get("password") or not constant_time_compare(said, expected):
        raise PayloadRejected(Refusal.WRONG_KEY)


def check_small(call: Call) -> None:
    if len(call.body) > SMALL:
        raise PayloadRejected(Refusal.TOO_LARGE)


def json_of(raw: bytes) -> Any:
    """Raises ValueError or RecursionError where it is none."""
    return json.loads(raw)


def text_of(value: Any, limit: int = 500) -> str:
    """A provider's word as one short line."""
    return " ".join(str(value if value is not None else "").replace("\x00", "").split())[:limit]
