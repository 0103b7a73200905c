"""What a channel must be able to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, ClassVar

from django.http import HttpRequest

from channels_inbox.messages import Accepted, DeliveryReport, InboundMessage, OutboundMessage, Sender
from channels_inbox.settings_form import ChannelSettingsForm

Item = InboundMessage | DeliveryReport


class PayloadRejected(Exception):
    """The request is not genuine, or not meant for us: nothing is stored."""


class PayloadUnreadable(Exception):
    """The payload is genuine, but cannot be understood: it is kept in quarantine with this sentence.

    `sender` and `subject` are what could be read of them all the same.
    """

    def __init__(self, sentence: str, *, sender: Sender | None = None, subject: str = "") -> None:
        super().__init__(sentence)
        self.sender = sender
        self.subject = subject


class NotNow(Exception):
    """Nothing is wrong with the payload, but the desk cannot read it at the moment: it is tried again."""


class SendFailed(Exception):
    """The other side has certainly not accepted the message."""

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        channel_is_down: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after  # seconds, where the provider names them
        self.channel_is_down = channel_is_down  # no message of this inbox would get through just now


class SendInDoubt(Exception):
    """The message may have been accepted: the answer to its last byte never came. Never sent again by itself."""


class Adapter:
    """One channel's way of speaking. Holds an inbox's settings, keeps no state, saves nothing."""

    kind: ClassVar[str] = ""
    label: ClassVar[str] = ""
    # Rises when a channel learns to read better, so that what it could not read before can be found and read again.
    parser_version: ClassVar[int] = 1
    settings_form: ClassVar[type[ChannelSettingsForm] | None] = None

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings  # the inbox's settings and its decrypted credentials in one mapping

    def verify(self, request: HttpRequest) -> None:
        """Raise PayloadRejected unless the provider signed this request."""
        raise PayloadRejected("This channel takes no requests from outside.")

    def delivery_key(self, request: HttpRequest) -> str:
        """What names this delivery, so that one that is repeated is stored once: the provider's event id."""
        return f"hook:{sha256(request.body).hexdigest()}"

    def parse(self, payload: bytes) -> Iterable[Item]:
        """What the payload says. Raise PayloadUnreadable where it cannot be understood."""
        raise NotImplementedError

    def parse_many(self, payloads: Sequence[bytes]) -> list[list[Item] | PayloadUnreadable]:
        """What each of several payloads says, or why it cannot be understood."""
        return [self._parsed(payload) for payload in payloads]

    def _parsed(self, payload: bytes) -> list[Item] | PayloadUnreadable:
        try:
            return list(self.parse(payload))
        except PayloadUnreadable as unreadable:
            return unreadable

    def describe(self, payload: bytes) -> tuple[Sender | None, str]:
        """Sender and subject of a payload that cannot be understood, as far as they can be seen."""
        return None, ""

    def content_key(self, payload: bytes) -> str:
        """The same for the same message, however often and by whichever way it comes; "" where that never happens."""
        return ""

    def send(self, message: OutboundMessage) -> Accepted:
        """Hand the message over, or raise SendFailed or SendInDoubt."""
        raise NotImplementedError
