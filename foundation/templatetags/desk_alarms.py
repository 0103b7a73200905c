"""{% desk_alarms %}: the banners of foundation.alarms, for whoever is signed in."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language

from foundation import alarms

register = template.Library()


@register.inclusion_tag("components/alarms.html", takes_context=True)
def desk_alarms(context: template.Context) -> dict[str, Any]:
    person = context.get("user")
    may = getattr(person, "can", None)
    return {"alarms": alarms.alarms_for(may, get_language() or "") if may else []}
