"""Read settings from the environment, and say loudly what is wrong with one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

_REQUIRED = object()


def _production() -> bool:
    return os.environ.get("HELPDESK_PROFILE") == "production"


def _raw(name: str) -> str | None:
    """The variable, or the content of the file that NAME_FILE points to."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error.strerror}") from None
    return os.environ.get(name)


def text(name: str, default: Any = _REQUIRED) -> str:
    value = _raw(name)
    if value is not None and value != "":
        return value
    if default is _REQUIRED:
        raise ImproperlyConfigured(f"{name} must be set (or {name}_FILE, a file that holds it).")
    return default


def secret(name: str, development: str) -> str:
    """A value that production must be given; elsewhere a harmless stand-in serves."""
    if not _production():
        return text(name, default=development)
    value = text(name)
    if len(value) < 32:
        raise ImproperlyConfigured(f"{name} is too short to be safe: give it 32 characters or more.")
    return value


def url(name: str, development: str) -> str:
    value = text(name) if _production() else text(name, default=development)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImproperlyConfigured(
            f"{name} must be an address such as https://help.example.com, not {value!r}."
        )
    return value.rstrip("/")


def flag(name: str, default: bool) -> bool:
    value = text(name, default="1" if default else "0").lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int) -> int:
    value = text(name, default=str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str, default: Sequence[str]) -> list[str]:
    """A list, separated by commas."""
    value = text(name, default="")
    return [word.strip() for word in value.split(",") if word.strip()] or list(default)


def choice(name: str, allowed: Sequence[str], default: str) -> str:
    value = text(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def services(profile: str) -> tuple[str, str]:
    """The addresses of PostgreSQL and Redis: given ones, or the embedded ones of this profile."""
    database_url, redis_url = _raw("DATABASE_URL"), _raw("REDIS_URL")
    if database_url and redis_url:
        return database_url, redis_url
    if profile == "production":
        raise ImproperlyConfigured("DATABASE_URL and REDIS_URL must be set in production.")
    from helpdesk.embedded import Services

    embedded = Services(profile)
    return database_url or embedded.database_url, redis_url or embedded.redis_url


def database(address: str) -> dict[str, Any]:
    wrong = ImproperlyConfigured(
        "DATABASE_URL must be a PostgreSQL address: the desk stands on its features."
    )
    try:
        settings: dict[str, Any] = dict(
            dj_database_url.parse(address, conn_max_age=60, conn_health_checks=True)
        )
    except ValueError:  # its own sentence may hold the address, and that holds a password
        raise wrong from None
    if "postgresql" not in settings["ENGINE"]:
        raise wrong
    return settings


def celery_url(address: str) -> str:
    """kombu has its own name for what redis-py calls unix://…?db=0."""
    parts = urlsplit(address)
    if parts.scheme != "unix":
        return address
    return f"redis+socket://{parts.path}?virtual_host={parse_qs(parts.query).get('db', ['0'])[0]}"
