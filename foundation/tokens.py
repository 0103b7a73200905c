"""Proofs that something came from us: signed links, short MACs, and random tokens kept as hashes.

* `sign` and `read`: a value inside a link, readable but not forgeable, for one purpose, for a limited time;
* `mac` and `mac_ok`: 26 characters that prove an id we gave away, for places as small as a mail address;
* `random_token` and `hash_token`: a secret that the database can check but not give away.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.encoding import force_bytes
from django.utils.translation import gettext_lazy as _

from foundation.errors import HelpdeskError

MAC_LENGTH = 26  # 128 bits in base32


class TokenRefused(HelpdeskError):
    """The token is forged, cut, too old, or was made for something else. Which one is nobody's business."""

    def __init__(self) -> None:
        super().__init__(_("This link is no longer valid."))


def sign(purpose: str, value: Any) -> str:
    """A token that carries a JSON value. It can be read by everybody, and made only by us."""
    return signing.dumps(value, salt=f"helpdesk.tokens:{purpose}")


def read(purpose: str, token: str, *, max_age: int) -> Any:
    """The value that `sign` put into the token, not more than `max_age` seconds ago. Raises TokenRefused."""
    try:
        return signing.loads(token, salt=f"helpdesk.tokens:{purpose}", max_age=max_age)
    except (signing.BadSignature, ValueError):  # ValueError: not even the shape of a token
        raise TokenRefused from None


def mac(purpose: str, *parts: str | int) -> str:
    """26 lower-case letters and digits that only we can make for these parts, in this order.

    HMAC-SHA256 under a key of its own for each purpose, cut to 128 bits. Valid for as long as SECRET_KEY or the
    same key in SECRET_KEY_FALLBACKS is.
    """
    return _mac(settings.SECRET_KEY, purpose, parts)


def mac_ok(purpose: str, token: str, *parts: str | int) -> bool:
    """Is this the MAC of these parts? Exact length and case, compared in constant time."""
    given = token.encode("utf-8", "replace")
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any([hmac.compare_digest(given, _mac(key, purpose, parts).encode()) for key in keys])  # noqa: C419


def _mac(key: str | bytes, purpose: str, parts: tuple[str | int, ...]) -> str:
    # Each part is preceded by its length, so ("1", "23") and ("12", "3") differ.
    pieces = [str(part).encode() for part in (purpose, *parts)]
    message = b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces)
    purpose_key = hmac.digest(force_bytes(key), b"helpdesk.tokens.mac:" + purpose.encode(), "sha256")
    return base64.b32encode(hmac.digest(purpose_key, message, "sha256")[:16]).decode().rstrip("=").lower()


def random_token() -> str:
    """256 bits nobody can guess, as 43 characters for a URL."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What the database keeps of a random token: 64 hexadecimal digits.

    A plain hash serves, because a random token cannot be guessed from it; for passwords it would not.
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
