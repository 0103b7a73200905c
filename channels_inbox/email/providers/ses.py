"""Amazon SES: publishes mail and events to a topic of Amazon SNS, which calls the desk.

https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from anymail.signals import EventType
from django.utils.translation import gettext_lazy as _

from channels_inbox.adapter import Item, PayloadUnreadable
from channels_inbox.calls_in import Call, PayloadRejected, Refusal
from channels_inbox.email.providers import events, sns
from channels_inbox.email.providers.provider import MALFORMED, Provider, check_small, json_of, text_of

NO_CONTENT = (
    "Amazon SES told of a mail without its content. A topic carries 150 KB; what is larger, or stored in S3 by a rule,"
    " does not come with the call. Fetch it from S3 and give it to manage.py receive_mail, or have the mailbox"
    " collected by IMAP."
)
# Event -> normalised event, where its recipients stand, and the words that explain it.
EVENTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Delivery": (EventType.DELIVERED, "recipients", ("smtpResponse",)),
    "Bounce": (EventType.BOUNCED, "bouncedRecipients", ("bounceType", "bounceSubType")),
    "Complaint": (EventType.COMPLAINED, "complainedRecipients", ("complaintFeedbackType",)),
    "DeliveryDelay": (EventType.DEFERRED, "delayedRecipients", ("delayType",)),
    "Reject": (EventType.REJECTED, "", ("reason",)),
}
FOR_NOW = "Transient"


class AmazonSES(Provider):
    key, label = "ses", "Amazon SES"
    fields = required = ("topic",)
    mail_advice = _(
        "Amazon SES, Email receiving: add a rule that publishes to the SNS topic above (Base64), and subscribe this"
        " address to the topic (HTTPS, without raw message delivery). It carries mail up to 150 KB."
    )
    event_advice = _(
        "Amazon SES, Identities, Notifications: send bounces, complaints and deliveries to the same topic and include"
        " the original headers. The desk confirms the subscription by itself."
    )

    def verify(self, call: Call) -> None:
        said = _said(call)
        sns.verify(said, topic=str(self.settings.get("topic", "")))
        if said["Type"] == sns.CONFIRMATION:
            sns.confirm(said)

    def delivery_key(self, call: Call) -> str:
        return f"ses:{sha256(str(_said(call)['MessageId']).encode()).hexdigest()}"

    @classmethod
    def read(cls, raw: bytes, content_type: str) -> bytes | list[Item]:
        outer = json_of(raw)
        if outer["Type"] != sns.NOTIFICATION:
            return []
        said = _inner(outer["Message"])
        kind = said.get("notificationType") or said.get("eventType")
        return _mail(said) if kind == "Received" else list(_reports(str(kind), said))


def _said(call: Call) -> dict[str, Any]:
    check_small(call)  # SNS carries 256 KB
    try:
        said = json_of(call.body)
        return {**said, "MessageId": said["MessageId"], "Type": said["Type"]}
    except MALFORMED:
        raise PayloadRejected(Refusal.GARBAGE) from None


def _inner(message: str) -> dict[str, Any]:
    """SES greets a new topic with a sentence instead of JSON."""
    return dict(json_of(message.encode())) if message.lstrip().startswith("{") else {}


def _mail(said: Mapping[str, Any]) -> bytes:
    content = said.get("content")
    if not content:
        raise PayloadUnreadable(NO_CONTENT)
    action = said.get("receipt", {}).get("action", {})
    if str(action.get("encoding", "")).upper() == "BASE64":
        return base64.b64decode(content)
    return str(content).encode("utf-8", "surrogateescape")


def _reports(kind: str, said: Mapping[str, Any]) -> Iterator[Item]:
    if kind not in EVENTS:
        return
    event, recipients, explained = EVENTS[kind]
    about = said[kind[0].lower() + kind[1:]]
    if about.get("bounceType") == FOR_NOW:
        event = EventType.DEFERRED
    words = " ".join(text_of(about.get(name)) for name in explained if about.get(name))
    for each in about.get(recipients) or said["mail"].get("destination") or [""]:
        is_named = isinstance(each, dict)
        diagnosis = text_of(each.get("diagnosticCode")) if is_named else ""
        yield from events.report(
            event,
            message_id=_our_id(said["mail"]),
            recipient=each.get("emailAddress") if is_named else each,
            words=" ".join(filter(None, [words, diagnosis])),
        )


def _our_id(mail: Mapping[str, Any]) -> str:
    """What we wrote: SES sends mail under an id of its own and keeps ours among the original headers."""
    for header in mail.get("headers") or []:
        if str(header.get("name", "")).lower() == "message-id":
            return str(header.get("value", ""))
    return str((mail.get("commonHeaders") or {}).get("messageId") or mail.get("messageId") or "")
