"""A ticket as a row of a list. Fifty make a page, so a row is written once and kept for whoever sees the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name, now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation import moments, richtext
from foundation.page_addresses import page_address
from foundation.templatetags.desk_ui import (
    channel_icon,
    face,
    hue,
    icon,
    initials,
    priority_icon,
    priority_name,
)
from tickets.filters import Place
from tickets.models import Category, Priority
from tickets.narrowing import CHANNELS
from tickets.reading import Mark

NOTHING = SafeString()
TAGS_SHOWN = 2
DRAFT_WORDS = 160

# Not a template: the engine would take longer for fifty of these than for everything else on the page.
ROW = """
<li class="ticket-row{look}" id="row-{number}" data-ticket="{number}" data-place="{place}" data-status="{status}" \
data-assignee="{assignee}">
  <span class="ticket-row-avatar">{face}</span>
  <div class="ticket-row-who"><bdi>{name}</bdi>{channel}</div>
  <div class="ticket-row-when">{when}</div>
  <a class="ticket-row-link" id="open-{number}" href="{url}"{current}><bdi>{subject}</bdi>{unread}</a>
  <div class="ticket-row-snippet">{draft}<bdi>{snippet}</bdi></div>
  <div class="ticket-row-meta">{meta}</div>
  <div class="ticket-row-due">{due}</div>
</li>
"""


def rows_of(
    tickets: Iterable[Any], marks: Mapping[int, Mark], *, query: str, opened: int | None = None
) -> SafeString:
    """The rows of a list. `query` is what a row's link carries on; `opened` is the ticket beside the list.

    The tickets as TicketQuerySet.for_queue gives them, the marks as tickets.reading.marks_of does.
    """
    at, language, zone = now(), get_language() or "", get_current_timezone_name()
    return _together(
        _row(
            ticket,
            marks[ticket.pk],
            moments.ago(ticket.updated_at, at=at),
            query,
            ticket.pk == opened,
            language,
            zone,
        )
        for ticket in tickets
    )


def _together(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


# Whoever sees the same row sees the same words: most of a list is what it was a moment ago, and what colleagues see.
@lru_cache(4096)
def _row(
    ticket: Any, mark: Mark, since: str, query: str, is_opened: bool, language: str, zone: str
) -> SafeString:
    name = ticket.requester__name or mark.email or "?"
    return format_html(
        ROW,
        number=str(ticket.number),
        place=str(Place.of(ticket)),
        status=ticket.status_id,
        assignee=str(ticket.assignee_id or ""),
        look=" is-unread" if mark.is_unread else "",
        url=page_address("tickets:ticket", ticket.number) + query,
        current=CURRENT if is_opened else NOTHING,
        face=face(name),
        name=name,
        channel=channel_mark(ticket.channel, language),
        when=moments.element(ticket.updated_at, since, " data-ago"),
        subject=ticket.subject,
        unread=format_html(UNREAD, _("Unread")) if mark.is_unread else NOTHING,
        draft=format_html(DRAFT, _("Draft:")) if mark.draft_html else NOTHING,
        snippet=draft_line(mark.draft_html) if mark.draft_html else ticket.snippet,
        meta=_meta(ticket.needs_attention, ticket.team__name or "", mark.tags),
        due=_due(ticket),
    )


CURRENT = SafeString(' aria-current="true"')
UNREAD = '<span class="sr-only"> — {}</span>'
DRAFT = '<span class="ticket-row-draft">{}</span> '


@lru_cache(256)
def channel_mark(kind: str, language: str) -> SafeString:
    return icon(channel_icon(kind), 16, str(CHANNELS.get(kind, kind.title())))


def draft_line(html: str) -> str:
    """The beginning of a draft as one line."""
    return richtext.excerpt(richtext.to_text(html, links=False), DRAFT_WORDS)


def _meta(attention: str, team: str, tags: tuple[str, ...]) -> SafeString:
    """Why it needs attention, whose it is, and its first tags."""
    parts = []
    if attention:
        sign, words = icon("alert-triangle"), _("Needs attention")
        parts.append(
            format_html('<span class="pill pill-bad" title="{}">{}{}</span>', attention, sign, words)
        )
    if team:
        parts.append(format_html('<span class="tag">{}</span>', team))
    parts += [format_html('<span class="tag row-tag"><bdi>{}</bdi></span>', tag) for tag in tags[:TAGS_SHOWN]]
    if (more := len(tags) - TAGS_SHOWN) > 0:
        parts.append(format_html('<span class="count row-tag">+{}</span>', more))
    return _together(parts)


def _due(ticket: Any) -> SafeString:
    """What stands out: high and urgent, a status other than open; and who has it."""
    parts = []
    if ticket.priority > Priority.NORMAL:
        parts.append(priority_mark(ticket.priority))
    if ticket.category != Category.OPEN:
        parts.append(status_mark(ticket.category, _(ticket.status__name)))
    if ticket.assignee__name:
        parts.append(_assigned(ticket.assignee__name))
    return _together(parts)


def priority_mark(priority: int) -> SafeString:
    key, sign = priority_name(priority), icon(priority_icon(priority))
    label = Priority(priority).label
    return format_html('<span class="priority priority-{}">{}{}</span>', key, sign, label)


def status_mark(category: str, name: str) -> SafeString:
    return format_html(
        '<span class="status status-{}"><span class="status-mark" aria-hidden="true"></span>{}</span>',
        category,
        name,
    )


def _assigned(name: str) -> SafeString:
    return format_html(
        '<span class="avatar avatar-small hue-{}" role="img" aria-label="{}" title="{}">{}</span>',
        hue(name),
        _("Assigned to %(name)s") % {"name": name},
        name,
        initials(name),
    )
