"""What a channel must be able to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, ClassVar

from channels_inbox.calls_in import Call, PayloadRejected, Refusal
from channels_inbox.messages import Accepted, DeliveryReport, InboundMessage, OutboundMessage, Sender
from channels_inbox.settings_form import ChannelSettingsForm

__all__ = [
    "Adapter",
    "Item",
    "NotNow",
    "PayloadRejected",
    "PayloadUnreadable",
    "SendFailed",
    "SendInDoubt",
]

Item = InboundMessage | DeliveryReport


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
        gone: str = "",
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after  # seconds, where the provider names them
        self.channel_is_down = channel_is_down  # no message of this inbox would get through just now
        self.gone = gone  # the address that takes no mail at all


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

    def verify(self, call: Call) -> None:
        """Raise PayloadRejected unless the provider signed this call."""
        raise PayloadRejected(Refusal.UNSIGNED)

    def delivery_key(self, call: Call) -> str:
        """What names this delivery, so that one that is repeated is stored once: the provider's event id."""
        return f"hook:{sha256(call.body).hexdigest()}"

    def wrapping(self, call: Call) -> dict[str, Any]:
        """What has to be known to open the body later; stands in the payload's `transport`."""
        return {}

    def is_repeated(self, known_digest: bytes, call: Call) -> bool:
        """Whether a call whose key is known is the same once more, and not another one under its signature."""
        return True

    def open(self, raw: bytes, transport: Mapping[str, Any]) -> bytes | list[Item]:
        """What a delivery wraps: bytes for `parse`, or items that need no more reading. Raises PayloadUnreadable."""
        return raw

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
