"""Mailgun, as its documentation says it calls."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from hashlib import sha256
from urllib.parse import urlencode

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
    form,
    parsed,
)

WORDS = {
    BOUNCED: ("failed", "permanent"),
    DEFERRED: ("failed", "temporary"),
    DELIVERED: ("delivered", ""),
    COMPLAINED: ("complained", ""),
    OPENED: ("opened", ""),
}


class Mailgun(Simulator):
    key = "mailgun"

    @property
    def credentials(self) -> dict[str, str]:
        return {"signing_key": self.password}

    def signature(self, *, key: str = "", age: float = 0) -> dict[str, str]:
        at, token = str(int(time.time() - age)), secrets.token_hex(25)
        signed = hmac.new((key or self.password).encode(), f"{at}{token}".encode(), sha256).hexdigest()
        return {"timestamp": at, "token": token, "signature": signed}

    def mail(self, raw: bytes, **signature) -> Request:
        proof = self.signature(**signature)
        body = urlencode(
            {"recipient": self.inbox.address, **proof, "body-mime": raw.decode("latin-1")}, encoding="latin-1"
        )
        kind = "application/x-www-form-urlencoded"
        return Request(f"{self.url}mime", body.encode(), {"Content-Type": kind})

    def fields(self, raw: bytes) -> Request:
        mail = parsed(raw)
        headers = json.dumps([[name, str(value)] for name, value in mail.items()])
        plain = {
            "recipient": self.inbox.address,
            "message-headers": headers,
            "body-plain": body_of(mail, "plain"),
            "body-html": body_of(mail, "html"),
        }
        files = files_of(mail)
        cids = {
            part["Content-ID"]: f"attachment-{n}" for n, part in enumerate(files, 1) if part["Content-ID"]
        }
        fields = [
            (name, value.encode(), "", "") for name, value in {**plain, **self.signature()}.items() if value
        ]
        fields.append(("content-id-map", json.dumps(cids).encode(), "", ""))
        for number, part in enumerate(files, 1):
            fields.append(
                (f"attachment-{number}", bytes_of(part), str(part.get_filename()), part.get_content_type())
            )
        body, kind = form(fields)
        return Request(self.url, body, {"Content-Type": kind})

    def event(
        self, kind: str, *, message_id: str, recipient: str = "elena@example.org", words: str = ""
    ) -> Request:
        event, severity = WORDS[kind]
        data = {
            "event": event,
            "severity": severity,
            "recipient": recipient,
            "timestamp": time.time(),
            "message": {"headers": {"message-id": message_id}},
            "delivery-status": {"code": 550 if kind == BOUNCED else 250, "message": words},
        }
        body = json.dumps({"signature": self.signature(), "event-data": data}).encode()
        return Request(self.url, body, {"Content-Type": "application/json"})

    def forged(self, request: Request) -> Request:
        body = request.body
        if b"signature=" in body:
            head, _name, tail = body.partition(b"signature=")
            return request.but(body=head + b"signature=" + b"0" * 64 + tail[64:])
        said = json.loads(body)
        return request.but(
            body=json.dumps({**said, "signature": {**said["signature"], "signature": "0" * 64}}).encode()
        )

    def unsigned(self, request: Request) -> Request:
        if b"signature=" in request.body:
            return request.but(body=request.body.replace(b"signature=", b"signed="))
        return request.but(body=request.body.replace(b'"signature": {', b'"signed": {'))
