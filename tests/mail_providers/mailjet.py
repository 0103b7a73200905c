"""Mailjet, as its documentation says it calls."""

from __future__ import annotations

import base64
import json
from typing import Any

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

WORDS: dict[str, dict[str, Any]] = {
    BOUNCED: {"event": "bounce", "hard_bounce": True, "error": "user unknown"},
    DEFERRED: {"event": "blocked", "error": "greylisted"},
    DELIVERED: {"event": "sent"},
    COMPLAINED: {"event": "spam"},
    OPENED: {"event": "open"},
}
JSON = "application/json"


class Mailjet(Simulator):
    key = "mailjet"
    gives_raw = False

    def mail(self, raw: bytes) -> Request:
        return self.fields(raw)

    def fields(self, raw: bytes) -> Request:
        mail = parsed(raw)
        said: dict[str, Any] = {
            "Sender": "elena@example.org",
            "Recipient": self.inbox.address,
            "From": str(mail["From"]),
            "Subject": str(mail["Subject"]),
            "Date": str(mail["Date"]),
            "Headers": {name: str(value) for name, value in mail.items()},
            "Text-part": body_of(mail, "plain"),
            "Html-part": body_of(mail, "html"),
            "Parts": [{"Headers": {"Content-Type": "text/plain"}, "ContentRef": "Text-part"}],
        }
        for number, part in enumerate(files_of(mail), 1):
            name = f"Attachment{number}"
            headers = {
                "Content-Type": f'{part.get_content_type()}; name="{part.get_filename()}"',
                "Content-Disposition": f'attachment; filename="{part.get_filename()}"',
            }
            if part["Content-ID"]:
                headers["Content-ID"] = str(part["Content-ID"])
            said["Parts"].append({"Headers": headers, "ContentRef": name})
            said[name] = base64.b64encode(bytes_of(part)).decode()
        return self.with_password(json.dumps(said).encode(), JSON)

    def event(
        self, kind: str, *, message_id: str, recipient: str = "elena@example.org", words: str = ""
    ) -> Request:
        said = {
            **WORDS[kind],
            "time": 1790000000,
            "MessageID": 19421777835146490,
            "CustomID": message_id,
            "email": recipient,
            "comment": words,
        }
        return self.with_password(json.dumps([said]).encode(), JSON)
