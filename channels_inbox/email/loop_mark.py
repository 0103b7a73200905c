"""The mark that every mail of ours carries, by which we know it when it comes back."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from foundation import tokens

HEADER = "X-HelpDesk-Loop"


def mark() -> str:
    """Another desk of the same make has another one."""
    return tokens.mac("loop", settings.SITE_HOST)


def is_ours(headers: Iterable[tuple[str, str]]) -> bool:
    return any(
        name.lower() == HEADER.lower() and tokens.mac_ok("loop", value.strip(), settings.SITE_HOST)
        for name, value in headers
    )
