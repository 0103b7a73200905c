"""{% settings_nav %}: the left column of the settings pages."""

from __future__ import annotations

from typing import Any

from django import template

from foundation import settings_index

register = template.Library()


@register.inclusion_tag("settings/_nav.html", takes_context=True)
def settings_nav(context: template.Context) -> dict[str, Any]:
    request = context["request"]
    groups = settings_index.groups_for(request.user.can, here=request.path)
    return {"groups": groups, "q": context.get("question", "")}
