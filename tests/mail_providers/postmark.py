"""Postmark, as its documentation says it calls."""

from __future__ import annotations

import base64
import json

from tests.mail_providers.simulator import (
    BOUNCED,
    COMPLAINED,
    DEFERRED,
    DELIVERED,
    OPENED,
    Request,
    Simulator,
    body_of,
    bytes_of,
    files_of,
    parsed,
)

WORDS = {
    BOUNCED: {"RecordType": "Bounce", "Type": "HardBounce"},
    DEFERRED: {"RecordType": "Bounce", "Type": "Transient"},
    DELIVERED: {"RecordType": "Delivery"},
    COMPLAINED: {"RecordType": "SpamComplaint", "Type": "SpamComplaint"},
    OPENED: {"RecordType": "Open"},
}
JSON = "application/json"


class Postmark(Simulator):
    key = "postmark"

    def mail(self, raw: bytes) -> Request:
        said = {"From": "x@example.org", "FromFull": {}, "RawEmail": raw.decode("utf-8", "surrogateescape")}
        return self.with_password(json.dumps(said).encode(), JSON)

    def fields(self, raw: bytes) -> Request:
        mail = parsed(raw)
        said = {
            "FromFull": {"Email": "elena@example.org"},
            "From": str(mail["From"]),
            "To": str(mail["To"]),
            "Subject": str(mail["Subject"]),
            "Date": str(mail["Date"]),
            "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
            "TextBody": body_of(mail, "plain"),
            "HtmlBody": body_of(mail, "html"),
            "Headers": [{"Name": name, "Value": str(mail[name])} for name in ("Message-ID",) if mail[name]],
            "Attachments": [
                {
                    "Name": part.get_filename(),
                    "ContentType": part.get_content_type(),
                    "ContentID": str(part["Content-ID"] or "").strip("<>"),
                    "Content": base64.b64encode(bytes_of(part)).decode(),
                }
                for part in files_of(mail)
            ],
        }
        return self.with_password(json.dumps(said).encode(), JSON)

    def event(
        self, kind: str, *, message_id: str, recipient: str = "elena@example.org", words: str = ""
    ) -> Request:
        local, _at, domain = message_id.partition("@")
        said = {
            **WORDS[kind],
            "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
            "Metadata": {"desk-id": local, "desk-at": domain},
            "Email" if kind != DELIVERED else "Recipient": recipient,
            "Details": words,
        }
        return self.with_password(json.dumps(said).encode(), JSON)
