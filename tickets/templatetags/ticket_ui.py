"""What the ticket templates share: addresses, marks of a row, choices, the customer, what happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import get_language, get_language_info

from accounts.models import CustomerIdentity
from foundation import long_select, richtext
from foundation.page_addresses import page_address
from foundation.templatetags.desk_ui import icon, priority_icon, priority_name
from tickets import filters, history, rows
from tickets.narrowing import CHANNELS

register = template.Library()

EXCERPT = 160


# ---- Addresses


@register.simple_tag
def ticket_url(name: str, *key: object) -> str:
    """What {% url %} gives for "tickets:<name>"."""
    return page_address(f"tickets:{name}", *key)


# ---- Marks


@register.simple_tag
def channel_mark(kind: str) -> SafeString:
    return rows.channel_mark(kind, get_language() or "")


@register.simple_tag
def priority_icon_of(priority: int) -> SafeString:
    """The mark of a priority, beside the control that says it in words."""
    key = priority_name(priority)
    return format_html(
        '<span class="priority priority-{}" aria-hidden="true">{}</span>', key, icon(priority_icon(priority))
    )


@register.filter
def capped(number: int | None) -> str:
    return "" if number is None else filters.shown_count(number)


@register.filter
def channel_name(kind: str) -> str:
    return str(CHANNELS.get(kind, kind.title()))


@register.simple_tag
def options(chosen: object, choices: Iterable[tuple[object, str]]) -> SafeString:
    """The <option>s of a select: of all agents, on every page."""
    return long_select.options(chosen, choices)


@register.filter
def excerpt(text: str, length: int = EXCERPT) -> str:
    return richtext.excerpt(text, length)


# ---- The customer


@register.filter
def identity_name(kind: str) -> str:
    labels = dict(CustomerIdentity.Kind.choices)
    return str(labels.get(kind, kind))


@register.filter
def language_label(code: str) -> str:
    try:
        return str(get_language_info(code.replace("_", "-").lower())["name_translated"])
    except KeyError:
        return code


@register.simple_tag
def local_time(zone: str) -> str:
    """What the clock shows where the customer is."""
    try:
        return f"{now().astimezone(ZoneInfo(zone)):%H:%M} ({zone})"
    except (ZoneInfoNotFoundError, ValueError):
        return zone


# ---- What happened


@register.simple_tag
def sentence(event: Any) -> SafeString:
    return history.describe(event)


@register.filter
def by_one(events: list[Any]) -> str:
    """Who made all of these changes; empty where several did."""
    names = {history.actor_name(event) for event in events}
    return names.pop() if len(names) == 1 else ""
