"""What a new desk starts with: one status in each category. Made once, where there is none; never put back."""

from __future__ import annotations

from typing import Any

from tickets.models.status import STOCK_STATUSES, Status


def load(**_signal: Any) -> None:
    """Called after migrations: an empty table is a new desk."""
    if Status.objects.exists():
        return
    Status.objects.bulk_create(
        [
            Status(key=key, name=name, customer_label=label, category=category, position=position)
            for position, (key, name, label, category) in enumerate(STOCK_STATUSES)
        ]
    )
