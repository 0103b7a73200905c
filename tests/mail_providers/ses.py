"""Amazon SES and SNS, with an RSA key of their own. The certificate lies on a web server of the test."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from tests.mail_providers.simulator import (
    BOUNCED,
    COMPLAINED,
    DEFERRED,
    DELIVERED,
    OPENED,
    Request,
    Simulator,
)
from tests.web_server import Server, say

TOPIC = "arn:aws:sns:eu-central-1:123456789012:desk-mail"
PEM = "/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"


@cache
def amazons_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(*, until: datetime | None = None) -> bytes:
    key = amazons_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime.now(UTC) - timedelta(days=30))
        .not_valid_after(until or datetime.now(UTC) + timedelta(days=30))
    )
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class AmazonSES(Simulator):
    key = "ses"
    server: Server  # where Amazon's certificate lies; set by the fixture
    version = "2"

    @property
    def settings(self) -> dict[str, str]:
        return {"topic": TOPIC}

    @property
    def credentials(self) -> dict[str, str]:
        return {}

    def serve(self, server: Server, *, pem: bytes = b"") -> None:
        self.server = server
        content = pem or certificate()
        server.answer = lambda request: say(request, 200, content)

    def mail(self, raw: bytes) -> Request:
        content = base64.b64encode(raw).decode()
        action = {"type": "SNS", "topicArn": TOPIC, "encoding": "BASE64"}
        return self.told({"notificationType": "Received", "receipt": {"action": action}, "content": content})

    def fields(self, raw: bytes) -> Request:
        return self.mail(raw)

    def event(
        self, kind: str, *, message_id: str, recipient: str = "elena@example.org", words: str = ""
    ) -> Request:
        mail = {
            "messageId": "0100017f",
            "destination": [recipient],
            "headers": [{"name": "Message-ID", "value": f"<{message_id}>"}],
        }
        named = [{"emailAddress": recipient, "diagnosticCode": words}]
        said = {
            BOUNCED: {
                "notificationType": "Bounce",
                "bounce": {"bounceType": "Permanent", "bouncedRecipients": named},
            },
            DEFERRED: {
                "notificationType": "Bounce",
                "bounce": {"bounceType": "Transient", "bouncedRecipients": named},
            },
            DELIVERED: {
                "notificationType": "Delivery",
                "delivery": {"recipients": [recipient], "smtpResponse": words},
            },
            COMPLAINED: {"notificationType": "Complaint", "complaint": {"complainedRecipients": named}},
            OPENED: {"eventType": "Open", "open": {}},
        }[kind]
        return self.told({**said, "mail": mail})

    def told(self, message: dict) -> Request:
        return self.signed({"Type": "Notification", "Message": json.dumps(message)})

    def confirmation(self, subscribe_url: str) -> Request:
        return self.signed(
            {
                "Type": "SubscriptionConfirmation",
                "Message": "You have chosen to subscribe.",
                "Token": "2336412f37f",
                "SubscribeURL": subscribe_url,
            }
        )

    def signed(self, said: dict, *, topic: str = TOPIC, cert_url: str = "") -> Request:
        said = {
            **said,
            "MessageId": secrets.token_hex(16),
            "TopicArn": topic,
            "Timestamp": datetime.now(UTC).isoformat(),
            "SignatureVersion": self.version,
            "SigningCertURL": cert_url or self.server.url + PEM,
        }
        names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        text = "".join(f"{name}\n{said[name]}\n" for name in names if name in said)
        algorithm = hashes.SHA1() if self.version == "1" else hashes.SHA256()
        signature = amazons_key().sign(text.encode(), padding.PKCS1v15(), algorithm)
        said["Signature"] = base64.b64encode(signature).decode()
        return Request(self.url, json.dumps(said).encode(), {"Content-Type": "text/plain; charset=UTF-8"})

    def forged(self, request: Request) -> Request:
        said = {**json.loads(request.body), "Signature": base64.b64encode(b"x" * 256).decode()}
        return request.but(body=json.dumps(said).encode())

    def unsigned(self, request: Request) -> Request:
        said = {**json.loads(request.body), "Signature": ""}
        return request.but(body=json.dumps(said).encode())
