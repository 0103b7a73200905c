"""Credentials at rest: a JSON field that only the holder of the key ring can read.

Keys are derived from settings.SECRET_KEYRING, newest first: the first one encrypts, all of them decrypt.
After adding a new first secret, `manage.py rotate_secrets` re-encrypts every row with it; then the old
secret can go.
"""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.apps import apps
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import TextField, Value
from django.db.models.functions import Cast
from django.db.models.query_utils import DeferredAttribute

MASK = "••••••"


class Secrets(dict[str, Any]):
    """Credentials in use: a dict that does not print its values.

    `unreadable` is set when no key of the ring opens what is stored (a key was lost). The dict is then
    empty, and saving it unchanged keeps what is stored, in case the key comes back.
    """

    unreadable: str | None = None

    def __repr__(self) -> str:
        return f"<Secrets: {', '.join(self) or 'none'}>"

    __str__ = __repr__


def masked(value: object) -> str:
    """How a secret is shown to people: that there is one, and of a long one its last four characters."""
    text = str(value or "")
    if not text:
        return ""
    return MASK + text[-4:] if len(text) >= 16 else MASK


@lru_cache(maxsize=8)
def _fernets(ring: tuple[str, ...]) -> tuple[Fernet, ...]:
    return tuple(Fernet(base64.urlsafe_b64encode(_derived(secret))) for secret in ring)


def _derived(secret: str) -> bytes:
    # RFC 5869. The secrets are long and random (settings refuse short ones), so no slow hash is needed.
    return HKDF(SHA256(), length=32, salt=None, info=b"helpdesk.secrets").derive(secret.encode())


def seal(values: dict[str, Any]) -> str:
    """Encrypt with the newest key."""
    plain = json.dumps(values, cls=DjangoJSONEncoder, separators=(",", ":"))
    return _fernets(tuple(settings.SECRET_KEYRING))[0].encrypt(plain.encode()).decode()


def unseal(sealed: str) -> Secrets:
    """Decrypt with whichever key of the ring fits. Never raises: see Secrets.unreadable."""
    try:
        plain = MultiFernet(_fernets(tuple(settings.SECRET_KEYRING))).decrypt(sealed.encode())
    except InvalidToken:
        lost = Secrets()
        lost.unreadable = sealed
        return lost
    return Secrets(json.loads(plain))


class _SecretsAttribute(DeferredAttribute):
    """Turns a plain dict into Secrets as soon as it is assigned, so none ever prints its values."""

    def __set__(self, instance: models.Model, value: Any) -> None:
        is_plain = isinstance(value, dict) and not isinstance(value, Secrets)
        instance.__dict__[self.field.attname] = Secrets(value) if is_plain else value


class EncryptedJSONField(models.TextField):
    """A dict of credentials, encrypted in the database and in dumps. It cannot be searched."""

    # What the type checker's plugin reads: a dict goes in, Secrets come out.
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    descriptor_class = _SecretsAttribute

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Secrets | None:
        return None if value is None else unseal(value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            return unseal(value)  # from a dump
        return value if value is None or isinstance(value, Secrets) else Secrets(value)

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise TypeError(f"{self.name} holds a dict, not {type(value).__name__}.")
        kept = getattr(value, "unreadable", None)
        return kept if kept and not value else seal(value)

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""


# ---- Rotation


def encrypted_fields() -> list[tuple[type[models.Model], EncryptedJSONField]]:
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedJSONField)
    ]


def rotate(model: type[models.Model], field: EncryptedJSONField) -> dict[str, int]:
    """Re-encrypt every row of a field with the newest key.

    Returns how many rows were "rotated", "current" already, and "unreadable" with any key of the ring.
    A row that somebody saves meanwhile is left alone: what they saved is encrypted with the newest key.
    """
    done = {"rotated": 0, "current": 0, "unreadable": 0}
    rows = model._default_manager.annotate(sealed=Cast(field.name, TextField())).exclude(**{field.name: None})
    for pk, sealed in rows.values_list("pk", "sealed").iterator():
        outcome, renewed = _renewed(sealed)
        if renewed and not rows.filter(pk=pk, sealed=sealed).update(
            **{field.name: Value(renewed, output_field=TextField())}
        ):
            outcome = "current"
        done[outcome] += 1
    return done


def _renewed(sealed: str) -> tuple[str, str | None]:
    ring = _fernets(tuple(settings.SECRET_KEYRING))
    try:
        ring[0].decrypt(sealed.encode())
    except InvalidToken:
        try:
            return "rotated", MultiFernet(ring).rotate(sealed.encode()).decode()
        except InvalidToken:
            return "unreadable", None
    return "current", None
