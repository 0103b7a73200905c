"""Postmark: posts JSON, and proves itself by a password in the address.

https://postmarkapp.com/developer/webhooks/webhooks-overview
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from anymail.signals import EventType
from anymail.webhooks.postmark import PostmarkTrackingWebhookView as Words
from django.utils.translation import gettext_lazy as _

from channels_inbox.adapter import Item
from channels_inbox.calls_in import Call
from channels_inbox.email.providers import events, rebuilt
from channels_inbox.email.providers.provider import Provider, check_password, json_of, text_of

# Postmark's own id of a mail is not ours, and what stands here comes back with every event (compose.py writes it).
LOCAL, DOMAIN = "desk-id", "desk-at"


class Postmark(Provider):
    key, label = "postmark", "Postmark"
    fields = required = ("password",)
    mail_advice = _(
        "Postmark, the server's inbound stream, Settings: paste this address as the webhook, and tick “Include raw"
        " email content in JSON payload”."
    )
    event_advice = _(
        "Postmark, the transactional stream, Webhooks: add this address for “Delivery”, “Bounce” and “Spam complaint”."
    )

    def verify(self, call: Call) -> None:
        check_password(call, self.settings)

    @classmethod
    def read(cls, raw: bytes, content_type: str) -> bytes | list[Item]:
        said = json_of(raw)
        return _event(said) if "RecordType" in said and said["RecordType"] != "Inbound" else _mail(said)


def _mail(said: Mapping[str, Any]) -> bytes:
    if said.get("RawEmail"):
        return str(said["RawEmail"]).encode("utf-8", "surrogateescape")
    known = {"From": said["From"], "To": said.get("To"), "Cc": said.get("Cc"), "Subject": said.get("Subject")}
    headers = [(name, str(value)) for name, value in {**known, "Date": said.get("Date")}.items() if value]
    headers += [(str(each["Name"]), str(each["Value"])) for each in said.get("Headers") or []]
    return rebuilt.mail(
        headers,
        text=str(said.get("TextBody") or ""),
        html=str(said.get("HtmlBody") or ""),
        pieces=[
            rebuilt.Piece(
                str(each.get("Name") or ""),
                str(each.get("ContentType") or ""),
                base64.b64decode(each["Content"]),
                str(each.get("ContentID") or ""),
            )
            for each in said.get("Attachments") or []
        ],
    )


def _event(said: Mapping[str, Any]) -> list[Item]:
    kind = Words.event_record_types.get(said["RecordType"], EventType.UNKNOWN)
    if kind in (EventType.BOUNCED, EventType.COMPLAINED):
        kind, _reason = Words.event_types.get(said.get("Type"), (kind, None))
    about = said.get("Metadata") or {}
    ours = f"{about[LOCAL]}@{about[DOMAIN]}" if LOCAL in about and DOMAIN in about else said.get("MessageID")
    return list(
        events.report(
            kind,
            message_id=ours,
            recipient=said.get("Email") or said.get("Recipient"),
            words=text_of(said.get("Details") or said.get("Description")),
        )
    )
