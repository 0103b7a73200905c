"""What the ticket templates share: marks of a row, the words of a delivery, the body of a message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from accounts.models import CustomerIdentity
from foundation import richtext
from foundation.page_addresses import page_address
from foundation.templatetags.desk_ui import exact_time, icon, priority_icon, priority_name
from tickets import filters, history, panels, rows
from tickets.models import Attachment, Message, Ticket
from tickets.narrowing import CHANNELS

register = template.Library()

EXCERPT = 160
# A mail that brings looks of its own is shown in a frame of its own; the rest joins the page.
HAS_LOOKS = re.compile(
    r"<(?:table|img|font|center|style|h[1-6]|video|svg)\b|\b(?:style|bgcolor|background)\s*=", re.IGNORECASE
)


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


# ---- Messages


@register.filter
def message_kind(message: Message) -> str:
    if message.is_note:
        return "note"
    return "customer" if message.is_inbound else "own"


@register.filter
def writer(message: Message) -> str:
    """Who wrote it, as the message itself says; never simply the requester."""
    if message.author_agent_id:
        # The timeline brings the name along; a single message is asked for its agent.
        return getattr(message, "agent_name", "") or message.author_agent.name  # type: ignore[union-attr]
    if message.author_name:
        return message.author_name
    if message.author_address:
        return message.author_address
    return _("The desk") if message.automatic else _("Unknown")


@register.filter
def is_framed(message: Message) -> bool:
    """Does the message need a frame of its own?"""
    return message.is_inbound and bool(message.html) and bool(HAS_LOOKS.search(message.html))


@register.simple_tag
def folded_line(message: Message, ticket: Ticket) -> SafeString:
    """A message that was read long ago, as one line that opens it. A long conversation begins with hundreds."""
    return format_html(
        FOLDED,
        pk=message.pk,
        kind=message_kind(message),
        url=page_address("tickets:ticket", ticket.number),
        sign=icon("lock") if message.is_note else "",
        author=writer(message),
        words=richtext.excerpt(message.text, EXCERPT),
        time=exact_time(message.created_at),
    )


FOLDED = """<li class="timeline-message message-{kind} is-folded" id="message-{pk}">
  <a class="folded-line" href="{url}?open={pk}#message-{pk}" rel="nofollow" hx-get="{url}messages/{pk}/" \
hx-target="#message-{pk}" hx-swap="outerHTML" data-focus="#message-{pk}">{sign}<span class="message-author" dir="auto">\
{author}</span><span class="folded-words" dir="auto">{words}</span>{time}</a>
</li>
"""


@register.simple_tag
def options(chosen: object, choices: Iterable[tuple[object, str]]) -> SafeString:
    """The <option>s of a select: of all agents, on every page, and mostly the same."""
    return _options(chosen, tuple((value, str(name)) for value, name in choices))


@lru_cache(512)
def _options(chosen: object, choices: tuple[tuple[object, str], ...]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SELECTED if value == chosen else "", name) for value, name in choices),
    )


SELECTED = SafeString(" selected")


@register.simple_tag
def body_of(message: Message) -> SafeString:
    """What was written, made safe for the page."""
    return richtext.shown(message.html or richtext.from_text(message.text))


@register.simple_tag
def quoted_of(message: Message) -> SafeString:
    """The history that a mail carries along."""
    if message.quoted_html and not HAS_LOOKS.search(message.quoted_html):
        return richtext.shown(message.quoted_html)
    return richtext.shown(richtext.from_text(message.quoted_text))


@register.filter
def tiles(message: Message) -> list[Attachment]:
    """The files of a message, but for pictures that stand in its text. The timeline brings them along as `files`."""
    files = message.files if hasattr(message, "files") else message.attachments.all()
    return [file for file in files if not (file.is_inline and _stands_in(message.html, file))]


def _stands_in(html: str, file: Attachment) -> bool:
    return file.token in html or bool(file.content_id and f"cid:{file.content_id.strip('<>')}" in html)


@register.filter
def excerpt(text: str, length: int = EXCERPT) -> str:
    return richtext.excerpt(text, length)


@register.filter
def verbs(message: Message) -> list[tuple[panels.MessageVerb, str]]:
    return panels.verbs_for(message)


@register.filter
def recipients(message: Message) -> str:
    """Who else got it, for the line under the writer's name."""
    return ", ".join([*message.recipients.get("to", []), *message.recipients.get("cc", [])])


@register.filter
def blind_copies(message: Message) -> str:
    """Who got it without the others knowing. For agents only."""
    return ", ".join(message.recipients.get("bcc", []))


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


# ---- Delivery

DELIVERY: dict[str, tuple[str, Any]] = {
    Message.Delivery.QUEUED: ("clock", lambda: _("Waits to be sent")),
    Message.Delivery.SENDING: ("mail-fast", lambda: _("Sending")),
    Message.Delivery.SENT: ("check", lambda: _("Sent")),
    Message.Delivery.DELIVERED: ("checks", lambda: _("Delivered")),
    Message.Delivery.READ: ("checks", lambda: _("Read")),
    Message.Delivery.FAILED: ("alert-circle", lambda: _("Not sent")),
    Message.Delivery.IN_DOUBT: ("alert-triangle", lambda: _("May not have been delivered")),
}


@register.simple_tag
def delivery(message: Message) -> SafeString:
    """What became of an answer, with an icon and in words."""
    if message.delivery not in DELIVERY:
        return SafeString()
    mark, words = DELIVERY[message.delivery]
    trouble = message.delivery in (Message.Delivery.FAILED, Message.Delivery.IN_DOUBT)
    look = "delivery delivery-failed" if trouble else "delivery"
    return format_html('<span class="{}">{}{}</span>', look, icon(mark), words())


@register.simple_tag(takes_context=True)
def may_be_undone(context: Context, message: Message) -> bool:
    """Only by its author, and only while it waits."""
    agent = context["request"].user
    return (
        message.delivery == Message.Delivery.QUEUED
        and message.author_agent_id == agent.pk
        and not message.automatic
        and bool(message.send_after and message.send_after > now())
    )


@register.simple_tag
def seconds_left(message: Message) -> int:
    """Whole seconds until an answer leaves."""
    return max(0, round((message.send_after - now()).total_seconds())) if message.send_after else 0


# ---- What happened


@register.simple_tag
def sentence(event: Any) -> SafeString:
    return history.describe(event)


@register.filter
def by_one(events: list[Any]) -> str:
    """Who made all of these changes; empty where several did."""
    names = {history.actor_name(event) for event in events}
    return names.pop() if len(names) == 1 else ""
