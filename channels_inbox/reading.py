"""What claimed payloads say, as their channel understands them. Touches no database."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from channels_inbox import claims
from channels_inbox.adapter import Adapter, Item, NotNow, PayloadUnreadable
from channels_inbox.messages import InboundMessage
from channels_inbox.models import InboundPayload
from channels_inbox.registry import adapter_for

DEADLY = "The program that reads messages was killed by this one, again and again."
FAULTY = "The desk could not read this message: {fault}. It will be read again once that is mended."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    payload: InboundPayload
    says: list[Item] | PayloadUnreadable
    content_key: str  # "" where every delivery is a message of its own

    @property
    def messages(self) -> list[InboundMessage]:
        if isinstance(self.says, PayloadUnreadable):
            return []
        return [item for item in self.says if isinstance(item, InboundMessage)]

    def source_key(self, index: int = 0) -> str:
        """One message per key, ever: the database's own guard against doubles."""
        payload = self.payload
        if self.content_key:
            return f"{payload.inbox.kind}:{payload.inbox.brand_id}:{self.content_key}"
        return f"inbound:{payload.pk}:{index}" if index else f"inbound:{payload.pk}"

    @property
    def held_key(self) -> str:
        """The key of the stand-in, where the message itself cannot be read."""
        return f"held:{self.payload.inbox.brand_id}:{self.content_key or self.payload.pk}"


def read(payloads: Sequence[InboundPayload]) -> list[Reading]:
    """Raises NotNow or OSError where they cannot be read at the moment."""
    says: dict[int, Reading] = {}
    for inbox_id in dict.fromkeys(payload.inbox_id for payload in payloads):
        group = [payload for payload in payloads if payload.inbox_id == inbox_id]
        adapter = adapter_for(group[0].inbox)
        opened = [_opened(adapter, payload) for payload in group]
        parsed = iter(_parse_all(adapter, [each.raw for each in opened if each.says is None]))
        for payload, each in zip(group, opened, strict=True):
            found = next(parsed) if each.says is None else each.says
            key = "" if isinstance(each.says, list) else adapter.content_key(each.raw)
            says[payload.pk] = Reading(payload, found, key)
    return [says[payload.pk] for payload in payloads]


def mail_of(payload: InboundPayload) -> bytes:
    """The message itself, out of whatever its provider wrapped around it. Raises FileNotFoundError."""
    return _opened(adapter_for(payload.inbox), payload).raw


class _Opened(NamedTuple):
    raw: bytes  # of the message itself, where there is one
    says: list[Item] | PayloadUnreadable | None = None  # None: it has to be parsed


def _opened(adapter: Adapter, payload: InboundPayload) -> _Opened:
    raw = payload.read_raw()
    if reason := _why_not(payload):
        return _Opened(raw, _unreadable(adapter, raw, reason))
    try:
        opened = adapter.open(raw, payload.transport)
    except PayloadUnreadable as unreadable:
        return _Opened(raw, unreadable)
    return _Opened(opened) if isinstance(opened, bytes) else _Opened(raw, opened)


def _why_not(payload: InboundPayload) -> str:
    """Why it is not even tried; "" where it is."""
    if claims.is_deadly(payload):
        return DEADLY
    return str(payload.transport.get("incomplete", ""))


def _unreadable(adapter: Adapter, raw: bytes, reason: str) -> PayloadUnreadable:
    sender, subject = adapter.describe(raw)
    return PayloadUnreadable(reason, sender=sender, subject=subject)


def _parse_all(adapter: Adapter, raws: Sequence[bytes]) -> list[list[Item] | PayloadUnreadable]:
    if not raws:
        return []
    try:
        return adapter.parse_many(raws)
    except (NotNow, OSError):
        raise
    except Exception as fault:  # a fault of ours: find out below which payloads it concerns
        logger.exception("The %s channel failed at reading.", adapter.kind)
        if len(raws) == 1:
            return [_unreadable(adapter, raws[0], FAULTY.format(fault=f"{type(fault).__name__}: {fault}"))]
        return [says for raw in raws for says in _parse_all(adapter, [raw])]
