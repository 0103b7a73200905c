"""SendGrid, as its documentation says it calls: events signed, mail with a password or signed as well."""

from __future__ import annotations

import base64
import json
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels_inbox.email.providers.sendgrid import SIGNATURE, TIMESTAMP
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
    BOUNCED: {"event": "bounce", "type": "bounce", "status": "5.1.1"},
    DEFERRED: {"event": "deferred"},
    DELIVERED: {"event": "delivered"},
    COMPLAINED: {"event": "spamreport"},
    OPENED: {"event": "open"},
}


class SendGrid(Simulator):
    key = "sendgrid"
    proof = ("Authorization", SIGNATURE)

    def __init__(self, desk, inbox) -> None:
        super().__init__(desk, inbox)
        self.signing_key = ec.generate_private_key(ec.SECP256R1())

    @property
    def settings(self) -> dict[str, str]:
        der = self.signing_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {"public_keys": base64.b64encode(der).decode()}

    def mail(self, raw: bytes) -> Request:
        body, kind = form([("to", self.inbox.address.encode(), "", ""), ("email", raw, "", "")])
        return self.with_password(body, kind)

    def fields(self, raw: bytes) -> Request:
        mail = parsed(raw)
        files = files_of(mail)
        about = {
            f"attachment{number}": {
                "filename": part.get_filename(),
                "content-id": str(part["Content-ID"] or "").strip("<>"),
            }
            for number, part in enumerate(files, 1)
        }
        plain = {
            "headers": "".join(f"{name}: {value}\n" for name, value in mail.items()),
            "text": body_of(mail, "plain"),
            "html": body_of(mail, "html"),
            "charsets": json.dumps({"text": "utf-8", "html": "utf-8", "headers": "UTF-8"}),
            "attachment-info": json.dumps(about),
        }
        fields = [(name, value.encode(), "", "") for name, value in plain.items() if value]
        for number, part in enumerate(files, 1):
            fields.append(
                (f"attachment{number}", bytes_of(part), str(part.get_filename()), part.get_content_type())
            )
        body, kind = form(fields)
        return self.with_password(body, kind)

    def event(
        self, kind: str, *, message_id: str, recipient: str = "elena@example.org", words: str = ""
    ) -> Request:
        said = {**WORDS[kind], "smtp-id": f"<{message_id}>", "email": recipient, "reason": words}
        return self.signed(
            Request(self.url, json.dumps([said]).encode(), {"Content-Type": "application/json"})
        )

    def signed(self, request: Request) -> Request:
        at = str(int(time.time()))
        signature = self.signing_key.sign(at.encode() + request.body, ec.ECDSA(hashes.SHA256()))
        proof = {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: at}
        plain = {name: value for name, value in request.headers.items() if name != "Authorization"}
        return request.but(headers={**plain, **proof})

    def forged(self, request: Request) -> Request:
        if SIGNATURE not in request.headers:
            return super().forged(request)
        return request.but(headers={**request.headers, SIGNATURE: base64.b64encode(b"x" * 70).decode()})
