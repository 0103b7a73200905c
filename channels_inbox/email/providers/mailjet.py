"""Mailjet: posts JSON for mail (Parse API) and for events, and proves itself by a password in the address.

https://dev.mailjet.com/email/guides/parse-api/ and /webhooks/
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from anymail.signals import EventType
from anymail.webhooks.mailjet import MailjetTrackingWebhookView as Words
from django.utils.translation import gettext_lazy as _

from channels_inbox.adapter import Item
from channels_inbox.calls_in import Call
from channels_inbox.email.providers import events, rebuilt
from channels_inbox.email.providers.provider import Provider, check_password, json_of, text_of

TEXT, HTML = "Text-part", "Html-part"


class Mailjet(Provider):
    key, label = "mailjet", "Mailjet"
    fields = required = ("password",)
    mail_advice = _(
        "Mailjet's parse route (POST /v3/REST/parseroute): name the address of this inbox as Email and this address as"
        " Url."
    )
    event_advice = _(
        "Mailjet, Account settings, Event notifications: paste this address for “Sent”, “Bounce”, “Blocked” and “Spam”."
    )

    def verify(self, call: Call) -> None:
        check_password(call, self.settings)

    @classmethod
    def read(cls, raw: bytes, content_type: str) -> bytes | list[Item]:
        said = json_of(raw)
        if isinstance(said, dict) and "event" not in said:
            return _mail(said)
        return [report for each in (said if isinstance(said, list) else [said]) for report in _event(each)]


def _mail(said: Mapping[str, Any]) -> bytes:
    headers: list[tuple[str, str]] = []
    for name, values in (said.get("Headers") or {}).items():
        headers += [(str(name), str(value)) for value in (values if isinstance(values, list) else [values])]
    named = {name.lower() for name, _value in headers}
    headers += [
        (name, str(said[name]))
        for name in ("From", "Subject", "Date")
        if name.lower() not in named and said.get(name)
    ]
    return rebuilt.mail(
        headers,
        text=str(said.get(TEXT) or ""),
        html=str(said.get(HTML) or ""),
        pieces=[piece for part in said.get("Parts") or [] for piece in _piece(part, said)],
    )


def _piece(part: Mapping[str, Any], said: Mapping[str, Any]) -> list[rebuilt.Piece]:
    """One of the parts, whose content stands beside them under the name in ContentRef."""
    place = str(part.get("ContentRef") or "")
    if place in ("", TEXT, HTML) or place not in said:
        return []
    headers = {str(name).lower(): _first(value) for name, value in (part.get("Headers") or {}).items()}
    kind, about = headers.get("content-type", ""), headers.get("content-disposition", "")
    name = _parameter(about, "filename") or _parameter(kind, "name")
    return [rebuilt.Piece(name, kind, base64.b64decode(said[place]), headers.get("content-id", ""))]


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) and value else value)


def _parameter(header: str, name: str) -> str:
    for each in header.split(";")[1:]:
        key, _equals, value = each.partition("=")
        if key.strip().lower() == name:
            return value.strip().strip('"')
    return ""


def _event(said: Mapping[str, Any]) -> list[Item]:
    kind = Words.event_types.get(said["event"], EventType.UNKNOWN)
    if kind in (EventType.BOUNCED, EventType.REJECTED) and said.get("error") == "greylisted":
        kind = EventType.DEFERRED
    words = [said.get("error"), said.get("comment"), said.get("smtp_reply")]
    return list(
        events.report(
            kind,
            message_id=said.get("CustomID") or said.get("MessageID"),
            recipient=said.get("email"),
            words=" ".join(filter(None, map(text_of, words))),
        )
    )
