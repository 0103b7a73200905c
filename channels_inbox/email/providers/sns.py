"""Messages of Amazon SNS: is one genuine, and about our topic? And the confirmation that a subscription asks for.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
Signature version 1 is SHA-1, version 2 SHA-256, both RSA. The certificate is fetched from Amazon and from nobody else.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.core.cache import cache
from django.utils.timezone import now

from channels_inbox.calls_in import CannotVerify, PayloadRejected, Refusal
from foundation import http
from foundation.errors import HelpdeskError

# Scheme, host and port of Amazon's own: sns.eu-central-1.amazonaws.com, and China's.
AMAZON = re.compile(r"https://sns\.[a-z]{2}(-[a-z]{2,9}){1,3}-\d\.amazonaws\.com(\.cn)?(:443)?")
CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9A-Za-z]{8,64}\.pem")
HASHES: dict[str, type[hashes.HashAlgorithm]] = {"1": hashes.SHA1, "2": hashes.SHA256}
NOTIFICATION, CONFIRMATION = "Notification", "SubscriptionConfirmation"
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
KEPT_FOR = 24 * 3600  # seconds
CERTIFICATE_BYTES = 64 * 1024
PATIENCE = 8.0  # seconds; SNS itself waits for 15


def verify(said: Mapping[str, Any], *, topic: str) -> None:
    """Raise PayloadRejected unless Amazon signed this for this topic, CannotVerify where the certificate is away."""
    fields = SIGNED.get(str(said.get("Type")))
    if fields is None:
        raise PayloadRejected(Refusal.GARBAGE)
    if not topic or said.get("TopicArn") != topic:
        raise PayloadRejected(Refusal.OTHER_TOPIC)
    algorithm = HASHES.get(str(said.get("SignatureVersion")))
    if algorithm is None or not said.get("Signature"):
        raise PayloadRejected(Refusal.UNSIGNED)
    address = str(said.get("SigningCertURL") or said.get("SigningCertUrl") or "")
    if not _is_amazons(address) or not CERTIFICATE.fullmatch(urlsplit(address).path):
        raise PayloadRejected(Refusal.FOREIGN_CERTIFICATE)
    key = _public_key(address)
    try:
        signature = base64.b64decode(str(said["Signature"]), validate=True)
        key.verify(signature, _text(said, fields), padding.PKCS1v15(), algorithm())
    except (InvalidSignature, binascii.Error):
        raise PayloadRejected(Refusal.WRONG_KEY) from None


def confirm(said: Mapping[str, Any]) -> None:
    """Say yes to a subscription that was verified. Raises CannotVerify where Amazon does not answer."""
    address = str(said.get("SubscribeURL", ""))
    query = parse_qs(urlsplit(address).query) if _is_amazons(address) else {}
    if query.get("Action") != ["ConfirmSubscription"] or query.get("TopicArn") != [said.get("TopicArn")]:
        raise PayloadRejected(Refusal.FOREIGN_CERTIFICATE)
    if not _ask(address).ok:
        raise CannotVerify("Amazon SNS did not take the confirmation.")


def _is_amazons(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    has_more = parts.username or parts.fragment or "\\" in address or not address.isascii()
    return not has_more and AMAZON.fullmatch(f"{parts.scheme}://{parts.netloc}") is not None


def _text(said: Mapping[str, Any], fields: tuple[str, ...]) -> bytes:
    lines = [f"{name}\n{said[name]}\n" for name in fields if said.get(name) is not None]
    return "".join(lines).encode("utf-8", "replace")


def _public_key(address: str) -> rsa.RSAPublicKey:
    name = f"sns-certificate:{sha256(address.encode()).hexdigest()}"
    pem = cache.get(name)
    if pem is None:
        answer = _ask(address)
        if not answer.ok:
            raise CannotVerify("Amazon's certificate could not be fetched.")
        pem = answer.body
        _read(pem)
        cache.set(name, pem, KEPT_FOR)
    return _read(pem)


def _read(pem: bytes) -> rsa.RSAPublicKey:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except ValueError:
        raise PayloadRejected(Refusal.FOREIGN_CERTIFICATE) from None
    is_valid = certificate.not_valid_before_utc <= now() <= certificate.not_valid_after_utc
    if not is_valid or not isinstance(key, rsa.RSAPublicKey):
        raise PayloadRejected(Refusal.FOREIGN_CERTIFICATE)
    return key


def _ask(address: str) -> http.Response:
    try:
        return http.get(address, total_timeout=PATIENCE, max_bytes=CERTIFICATE_BYTES, retries=1)
    except HelpdeskError as failure:
        raise CannotVerify(str(failure)) from failure
