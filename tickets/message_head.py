"""The head of a message: who wrote it, to whom, when, what became of it, and what one can do with it.

Written here and not in a template: a conversation shows hundreds of them, and the engine would take longer for their
marks than for everything else on the page.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from foundation.templatetags.desk_ui import exact_time, icon
from tickets import panels
from tickets.models import Message
from tickets.timeline import Said


def kind(message: Message) -> str:
    if message.is_note:
        return "note"
    if message.is_aside:
        return "aside"
    return "customer" if message.is_inbound else "own"


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


def look_of(message: Message) -> str:
    """The classes of its place in the conversation."""
    look = f"timeline-message message-{kind(message)}"
    if message.delivery in TROUBLE:
        look += " message-failed"
    return look + " message-held" if message.is_held else look


def written(entry: Said, *, undoable: bool, may_reply: bool = False) -> SafeString:
    """Who wrote it, to whom, when, what became of it, and what one can do with it."""
    message = entry.message
    author = writer(message)
    is_ours = kind(message) in ("own", "aside")
    return format_html(
        HEAD,
        pk=str(message.pk),
        author=author,
        marks=_marks(message, author, is_new=entry.is_new),
        delivery=_delivery(message) if is_ours and not undoable else "",
        time=exact_time(message.created_at),
        actions=_actions(message, may_reply=may_reply),
    )


HEAD = """<header class="message-head">
      <span class="message-author" id="message-{pk}-author" dir="auto">{author}</span>{marks}\
<span class="message-end">{delivery}{time}</span>
    </header>
    <span class="message-actions">{actions}</span>"""


def _marks(message: Message, author: str, *, is_new: bool) -> SafeString:
    """After the author's name: to whom it went, and what is particular about it."""
    kept = (("note", message.is_note), ("aside", message.is_aside))
    marks = [_mark(MARKS[key], get_language() or "") for key, holds in kept if holds]
    marks += [format_html(ADDRESS, line) for line in _addresses(message, author)]
    particular = (("automatic", message.automatic), ("held", message.is_held), ("new", is_new))
    marks += [_mark(MARKS[key], get_language() or "") for key, holds in particular if holds]
    marks += [format_html(LEADING, mark.url, mark.text) for mark in panels.marks_for(message)]
    return _together(marks)


def _together(parts: list[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


ADDRESS = '<span class="message-address" dir="auto">{}</span>'
LEADING = '<a class="pill pill-warn" href="{}">{}</a>'
# Look, icon, words.
MARKS: dict[str, tuple[str, str, str]] = {
    "note": ("note-label", "lock", gettext_noop("Internal note")),
    "aside": ("note-label", "lock", gettext_noop("The customer does not see this")),
    "automatic": ("pill pill-bot", "robot", gettext_noop("Automatic")),
    "held": ("pill pill-warn", "shield-lock", gettext_noop("Held")),
    "new": ("pill pill-info", "", gettext_noop("New")),
}


@lru_cache(64)
def _mark(mark: tuple[str, str, str], language: str) -> SafeString:
    look, sign, words = mark
    return format_html('<span class="{}">{}{}</span>', look, icon(sign) if sign else "", _(words))


def _addresses(message: Message, author: str) -> list[str]:
    """From where a customer wrote; to whom the desk did. Blind copies are for agents only, as all of this page."""
    if message.is_note:
        return []
    if message.is_inbound:
        lines = [message.author_address] if message.author_address not in ("", author) else []
        if colleague := message.facts.get("forwarded_by"):
            lines.append(_("forwarded by %(name)s") % {"name": colleague})
        if colleague := message.facts.get("forward_not_proven"):
            lines.append(_("nothing proves that %(name)s forwarded this") % {"name": colleague})
        return lines
    lines = []
    if to := ", ".join([*message.recipients.get("to", []), *message.recipients.get("cc", [])]):
        lines.append(_("to %(to)s") % {"to": to})
    if hidden := ", ".join(message.recipients.get("bcc", [])):
        lines.append(_("Bcc: %(hidden)s") % {"hidden": hidden})
    return lines


# ---- What one can do with it


def _actions(message: Message, *, may_reply: bool) -> SafeString:
    """Seldom used: what wings have registered, and the message's link."""
    language = get_language() or ""
    found = [
        format_html(_action(verb.opens_dialog, verb.icon, str(verb.text), language), url)
        for verb, url in panels.verbs_for(message, may_reply=may_reply)
    ]
    link = _action(False, "link", _("Link to this message"), language)
    return _together([*found, format_html(link, f"#message-{message.pk}")])


DIALOG = (
    '<button class="btn btn-quiet btn-small btn-icon" type="button" data-open-dialog="message-dialog" hx-get="{}"'
    ' hx-target="#message-dialog-body" hx-swap="innerHTML" hx-sync="#message-dialog:replace"'
    ' aria-label="{}" title="{}">{}</button>'
)
LINK = '<a class="btn btn-quiet btn-small btn-icon" href="{}" aria-label="{}" title="{}">{}</a>'


@lru_cache(64)
def _action(opens_dialog: bool, sign: str, words: str, language: str) -> SafeString:
    """The button as a format, which wants the address."""
    place = SafeString("{}")
    words = words.replace("{", "{{").replace("}", "}}")
    return format_html(DIALOG if opens_dialog else LINK, place, words, words, icon(sign))


# ---- What became of it

TROUBLE = (Message.Delivery.FAILED, Message.Delivery.IN_DOUBT)
DELIVERY: dict[str, tuple[str, Any]] = {
    Message.Delivery.QUEUED: ("clock", lambda: _("Waits to be sent")),
    Message.Delivery.SENDING: ("mail-fast", lambda: _("Sending")),
    Message.Delivery.SENT: ("check", lambda: _("Sent")),
    Message.Delivery.DELIVERED: ("checks", lambda: _("Delivered")),
    Message.Delivery.READ: ("checks", lambda: _("Read")),
    Message.Delivery.FAILED: ("alert-circle", lambda: _("Not sent")),
    Message.Delivery.IN_DOUBT: ("alert-triangle", lambda: _("May not have been delivered")),
}


def _delivery(message: Message) -> SafeString:
    """What became of an answer, with an icon and in words."""
    if message.delivery not in DELIVERY:
        return SafeString()
    mark, words = DELIVERY[message.delivery]
    look = "delivery delivery-failed" if message.delivery in TROUBLE else "delivery"
    return format_html('<span class="{}">{}{}</span>', look, icon(mark), words())
