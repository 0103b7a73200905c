"""Mailgun: forwards mail by a route, tells of events by webhooks, and signs a time and a token.

https://documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages/#securing-webhooks
The signature does not cover the body, so a token is good for one body only.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from anymail.signals import EventType
from anymail.webhooks.mailgun import MailgunTrackingWebhookView as Words
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from channels_inbox.adapter import Item
from channels_inbox.calls_in import Call, PayloadRejected, Refusal
from channels_inbox.email.providers import events, form_data, rebuilt
from channels_inbox.email.providers.provider import MALFORMED, Provider, check_small, json_of, text_of

# Mailgun repeats a call that was not answered for eight hours, and may do so under the signature of the first.
LONGEST, AHEAD = 12 * 3600, 300  # seconds
HEADERS = ("Message-Id", "Date", "From", "To", "Cc", "Subject")


class Mailgun(Provider):
    key, label = "mailgun", "Mailgun"
    fields = required = ("signing_key",)
    mail_path = "mime"
    mail_advice = _(
        "Mailgun, Receiving: create a route for the address of this inbox with the action “forward” to this address."
    )
    event_advice = _(
        "Mailgun, Sending, Webhooks: add this address for “Delivered”, “Permanent failure”, “Temporary failure” and"
        " “Spam complaints”. The signing key stands on the same page."
    )

    def verify(self, call: Call) -> None:
        at, token, given = self._signature(call)
        key = str(self.settings.get("signing_key", ""))
        expected = hmac.new(key.encode(), f"{at}{token}".encode(), sha256).hexdigest()
        if not key or not constant_time_compare(given, expected):
            raise PayloadRejected(Refusal.WRONG_KEY)
        age = time.time() - int(at) if at.isdecimal() and len(at) < 12 else LONGEST + 1
        if not -AHEAD <= age <= LONGEST:
            raise PayloadRejected(Refusal.TOO_OLD)

    def delivery_key(self, call: Call) -> str:
        return f"mailgun:{sha256(self._signature(call)[1].encode()).hexdigest()}"

    def is_repeated(self, known_digest: bytes, call: Call) -> bool:
        return constant_time_compare(known_digest, sha256(call.body).digest())

    def _signature(self, call: Call) -> tuple[str, str, str]:
        """Time, token and signature. They stand in the body: nothing else of it is looked at."""
        if _is_json(call.content_type):
            check_small(call)
        try:
            found = _signed(call.body, call.content_type)
            signature = tuple(str(found[name]) for name in ("timestamp", "token", "signature"))
        except MALFORMED:
            raise PayloadRejected(Refusal.GARBAGE) from None
        if not all(signature):
            raise PayloadRejected(Refusal.UNSIGNED)
        return signature[0], signature[1], signature[2]

    @classmethod
    def read(cls, raw: bytes, content_type: str) -> bytes | list[Item]:
        if _is_json(content_type):
            return list(_event(json_of(raw)["event-data"]))
        return _mail(form_data.read(raw, content_type))


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _signed(raw: bytes, content_type: str) -> Mapping[str, Any]:
    if _is_json(content_type):
        found = json_of(raw).get("signature") or {}
        return {"timestamp": "", "token": "", "signature": "", **found}
    # The last of each name: earlier ones may be variables of the sender's own.
    found = {each.name: each.text for each in form_data.read(raw, content_type) if len(each.content) < 300}
    return {"timestamp": "", "token": "", "signature": "", **found}


def _mail(fields: list[form_data.Field]) -> bytes:
    by_name = {each.name: each for each in fields}
    if whole := by_name.get("body-mime"):
        return whole.content
    if "message-headers" in by_name:
        headers = [(str(name), str(value)) for name, value in json_of(by_name["message-headers"].content)]
    else:
        headers = [(name, by_name[name].text) for name in HEADERS if name in by_name]
    cids = _content_ids(by_name)
    return rebuilt.mail(
        headers,
        text=by_name["body-plain"].text if "body-plain" in by_name else "",
        html=by_name["body-html"].text if "body-html" in by_name else "",
        pieces=[
            rebuilt.Piece(each.filename, each.content_type, each.content, cids.get(each.name, ""))
            for each in fields
            if each.name.startswith("attachment-") and (each.filename or each.content_type)
        ],
    )


def _content_ids(by_name: dict[str, form_data.Field]) -> dict[str, str]:
    if "content-id-map" not in by_name:
        return {}
    return {str(name): str(cid) for cid, name in json_of(by_name["content-id-map"].content).items()}


def _event(said: Mapping[str, Any]) -> list[Item]:
    kind = Words.event_types.get(said["event"], EventType.UNKNOWN)
    kind = Words.severities.get((kind, said.get("severity")), kind)
    status = said.get("delivery-status") or {}
    words = [status.get("code"), status.get("message") or status.get("description"), said.get("reason")]
    return list(
        events.report(
            kind,
            message_id=said["message"]["headers"]["message-id"],
            recipient=said.get("recipient"),
            words=" ".join(filter(None, map(text_of, words))),
        )
    )
