"""SendGrid: posts mail as a form (inbound parse) and events as JSON, and signs either where it is told to (ECDSA).

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
Inbound parse is unsigned by default: then the password in the address speaks.
"""

from __future__ import annotations

import base64
import binascii
import codecs
from collections.abc import Iterator, Mapping
from typing import Any

from anymail.signals import EventType
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView as Words
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext_lazy as _

from channels_inbox.adapter import Item
from channels_inbox.calls_in import Call, PayloadRejected, Refusal
from channels_inbox.email.providers import events, form_data, rebuilt
from channels_inbox.email.providers.provider import Provider, check_password, json_of, text_of

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


class SendGrid(Provider):
    key, label = "sendgrid", "SendGrid"
    fields, required = ("password", "public_keys"), ("password",)
    mail_advice = _(
        "SendGrid, Settings, Inbound Parse: add the host of this inbox with this address, and tick “POST the raw, full"
        " MIME message”."
    )
    event_advice = _(
        "SendGrid, Settings, Mail Settings, Event Webhooks: add this address for delivered, bounced, dropped, deferred"
        " and spam reports, switch the signature on, and paste its verification key above."
    )

    def verify(self, call: Call) -> None:
        """A signature that is there must be right; where events are signed, one without is refused."""
        keys = list(_keys(str(self.settings.get("public_keys", ""))))
        is_mail = call.content_type.lower().startswith("multipart/")
        if keys and (SIGNATURE in call.headers or not is_mail):
            _check_signature(call, keys)
        else:
            check_password(call, self.settings)

    @classmethod
    def read(cls, raw: bytes, content_type: str) -> bytes | list[Item]:
        if content_type.lower().startswith("multipart/"):
            return _mail(form_data.read(raw, content_type))
        return [report for each in json_of(raw) for report in _event(each)]


def public_key(text: str) -> ec.EllipticCurvePublicKey:
    """The key that SendGrid shows: base64 of DER. Raises ValueError."""
    try:
        key = serialization.load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, UnsupportedAlgorithm) as error:
        raise ValueError("no key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("no key of this kind")
    return key


def _keys(lines: str) -> Iterator[ec.EllipticCurvePublicKey]:
    return (public_key(line) for line in lines.splitlines() if line.strip())


def _check_signature(call: Call, keys: list[ec.EllipticCurvePublicKey]) -> None:
    signature, at = call.headers.get(SIGNATURE, ""), call.headers.get(TIMESTAMP, "")
    if not signature or not at:
        raise PayloadRejected(Refusal.UNSIGNED)
    try:
        given = base64.b64decode(signature, validate=True)
    except binascii.Error:
        raise PayloadRejected(Refusal.WRONG_KEY) from None
    signed = at.encode("utf-8", "replace") + call.body
    if not any(_fits(key, given, signed) for key in keys):
        raise PayloadRejected(Refusal.WRONG_KEY)


def _fits(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def _mail(fields: list[form_data.Field]) -> bytes:
    by_name = {each.name: each for each in fields}
    if whole := by_name.get("email"):
        return whole.content
    sets = json_of(by_name["charsets"].content) if "charsets" in by_name else {}

    def text(name: str) -> str:
        found = by_name.get(name)
        return found.content.decode(_charset(sets.get(name)), "replace") if found else ""

    about = json_of(by_name["attachment-info"].content) if "attachment-info" in by_name else {}
    lines = [line.partition(":") for line in _unfolded(text("headers"))]
    return rebuilt.mail(
        [(name.strip(), value) for name, colon, value in lines if colon],
        text=text("text"),
        html=text("html"),
        pieces=[
            rebuilt.Piece(
                str(about.get(each.name, {}).get("filename") or each.filename),
                each.content_type,
                each.content,
                str(about.get(each.name, {}).get("content-id") or ""),
            )
            for each in fields
            if each.name.startswith("attachment") and each.filename
        ],
    )


def _charset(name: object) -> str:
    try:
        return codecs.lookup(str(name or "utf-8")).name
    except (LookupError, ValueError):
        return "utf-8"


def _unfolded(headers: str) -> list[str]:
    return headers.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ").split("\n")


def _event(said: Mapping[str, Any]) -> list[Item]:
    kind = Words.event_types.get(said["event"], EventType.UNKNOWN)
    if kind == EventType.BOUNCED and said.get("type") == "blocked":
        kind = EventType.REJECTED
    words = [said.get("status"), said.get("reason") or said.get("response")]
    return list(
        events.report(
            kind,
            message_id=said.get("smtp-id"),
            recipient=said.get("email"),
            words=" ".join(filter(None, map(text_of, words))),
        )
    )
