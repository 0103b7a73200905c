"""Email as a channel: mail is collected by IMAP or piped in, and leaves by SMTP."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from channels_inbox.adapter import Adapter, Item, NotNow, PayloadUnreadable, SendFailed
from channels_inbox.email import fingerprint, guard, inbound, smtp
from channels_inbox.email.compose import compose
from channels_inbox.email.forms import EmailSettingsForm
from channels_inbox.email.parsed import ParsedEmail
from channels_inbox.email.peek import peek
from channels_inbox.email.providers import marks
from channels_inbox.email.providers.catalogue import PROVIDERS
from channels_inbox.messages import Accepted, OutboundMessage, Sender

logger = logging.getLogger(__name__)


class EmailAdapter(Adapter):
    kind, label, settings_form = "email", "Email", EmailSettingsForm

    def open(self, raw: bytes, transport: Mapping[str, Any]) -> bytes | list[Item]:
        provider = PROVIDERS.get(transport.get("provider", ""))
        return provider.open(raw, str(transport.get("content_type", ""))) if provider else raw

    def parse(self, payload: bytes) -> Iterable[Item]:
        found = self.parse_many([payload])[0]
        if isinstance(found, PayloadUnreadable):
            raise found
        return found

    def parse_many(self, payloads: Sequence[bytes]) -> list[list[Item] | PayloadUnreadable]:
        try:
            parsed = guard.parse_many(payloads)
            # Whatever killed the child may have been somebody else's hunger: it gets one more try, alone.
            retried = [
                guard.parse_many([raw])[0]
                if isinstance(mail, guard.ParseFailed) and mail.kind == "killed"
                else mail
                for raw, mail in zip(payloads, parsed, strict=True)
            ]
        except guard.GuardBroken as broken:
            raise NotNow(str(broken)) from broken
        return [self._understood(raw, mail) for raw, mail in zip(payloads, retried, strict=True)]

    def _understood(
        self, raw: bytes, mail: ParsedEmail | guard.ParseFailed
    ) -> list[Item] | PayloadUnreadable:
        if isinstance(mail, guard.ParseFailed):
            sender, subject = self.describe(raw)
            return PayloadUnreadable(mail.reason, sender=sender, subject=subject)
        try:
            return inbound.items(mail, self.settings)
        except PayloadUnreadable as unreadable:
            return unreadable

    def describe(self, payload: bytes) -> tuple[Sender | None, str]:
        seen = peek(payload)
        sender = Sender(handle=seen.from_email, name=seen.from_name) if "@" in seen.from_email else None
        return sender, seen.subject

    def content_key(self, payload: bytes) -> str:
        return fingerprint.content_key(payload)

    def send(self, message: OutboundMessage) -> Accepted:
        return smtp.hand_over(
            self.settings,
            sender=message.sender.handle,
            to=message.only_to or message.to,
            copies=[] if message.only_to else [*message.cc, *message.bcc],
            data=_composed(message, marks.marks(str(self.settings.get("smtp_host", "")), message.message_id)),
        )


def _composed(message: OutboundMessage, headers: Mapping[str, str]) -> bytes:
    try:
        return compose(message, headers)
    except SendFailed:
        raise
    except Exception as fault:  # a fault of ours, and certainly nothing was sent
        logger.exception("The mail %s could not be composed.", message.message_id)
        raise SendFailed(
            f"The mail could not be composed ({type(fault).__name__}).", permanent=True
        ) from fault
