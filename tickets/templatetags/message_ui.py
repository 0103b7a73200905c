"""What the templates of a conversation share: a message's head, what was written, and its line when it is folded."""

from __future__ import annotations

import re

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now

from foundation import richtext
from foundation.page_addresses import page_address
from foundation.templatetags.desk_ui import exact_time, icon
from tickets import message_head
from tickets.models import Attachment, Message, Ticket

register = template.Library()

# A mail that brings looks of its own is shown in a frame of its own; the rest joins the page.
HAS_LOOKS = re.compile(
    r"<(?:table|img|font|center|style|h[1-6]|video|svg)\b|\b(?:style|bgcolor|background)\s*=", re.IGNORECASE
)
EXCERPT = 160


# ---- Who and how

register.filter("writer", message_head.writer)
register.simple_tag(message_head.look_of, name="message_look")
register.simple_tag(message_head.written, name="message_head")


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
        kind=message_head.kind(message),
        url=page_address("tickets:ticket", ticket.number),
        sign=icon("lock") if message.is_note else "",
        author=message_head.writer(message),
        words=richtext.excerpt(message.text, EXCERPT),
        time=exact_time(message.created_at),
    )


FOLDED = """<li class="timeline-message message-{kind} is-folded" id="message-{pk}">
  <a class="folded-line" href="{url}?open={pk}#message-{pk}" rel="nofollow" hx-get="{url}messages/{pk}/" \
hx-target="#message-{pk}" hx-swap="outerHTML" data-focus="#message-{pk}">{sign}<span class="message-author" dir="auto">\
{author}</span><span class="folded-words" dir="auto">{words}</span>{time}</a>
</li>
"""


# ---- The head of a message


# ---- What was written


@register.simple_tag
def body_of(message: Message) -> SafeString:
    """What was written, made safe for the page."""
    return richtext.shown(message.html or richtext.from_text(message.text))


@register.simple_tag
def text_of(message: Message) -> SafeString:
    """Its words alone, as they are forwarded."""
    return richtext.shown(richtext.from_text(message.text))


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


# ---- Before it leaves


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
