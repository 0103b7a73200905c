"""What every template may know: the desk's own settings and the reader's theme."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from foundation import desk as desk_settings


def desk(request: HttpRequest) -> dict[str, Any]:
    return {
        "desk": desk_settings.settings(),
        "theme": getattr(request, "theme", "system"),
        "is_demo": settings.DEMO,
    }
