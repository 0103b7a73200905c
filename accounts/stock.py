"""What a new desk starts with: the stock roles and one brand. Made once, where there is none; never put back."""

from __future__ import annotations

from typing import Any

from accounts.models import Brand, Role
from accounts.permissions import STOCK_ROLES


def load(**_signal: Any) -> None:
    """Called after migrations: an empty table is a new desk."""
    if not Role.objects.exists():
        Role.objects.bulk_create(
            [Role(name=name, permissions=sorted(STOCK_ROLES[name])) for name in STOCK_ROLES]
        )
    if not Brand.objects.exists():
        Brand.objects.create(name="Help desk", slug="desk", is_default=True)
