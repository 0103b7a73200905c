"""What happened to a ticket, in sentences for agents."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Agent, Customer
from foundation.one_trip import Question, Row
from tickets import events
from tickets.choices import choices
from tickets.models import Priority, Ticket, TicketEvent

# Told by the message itself, or of no interest to people.
SILENT = {
    events.TICKET_OPENED,
    events.MESSAGE_RECEIVED,
    events.MESSAGE_POSTED,
    events.MESSAGE_HURRIED,
    events.MESSAGE_SENT,
    events.MESSAGE_FORWARDED,
    events.ASIDE_RECEIVED,
    events.NOTE_ADDED,
}


class Happening(NamedTuple):
    """What of an event is told."""

    pk: int
    kind: str
    message_id: int | None
    changes: dict[str, Any]
    created_at: datetime
    actor_label: str
    actor_agent_id: int | None
    agent_name: str | None
    actor_customer_id: int | None
    customer_name: str | None

    @property
    def is_told(self) -> bool:
        return self.kind not in SILENT


# A long history has thousands of them, and every page of a ticket begins with them: see reading.MARKS.
HAPPENED = f"""
select event.id, event.kind, event.message_id, event.changes, event.created_at, event.actor_label,
       event.actor_agent_id, agent.name, event.actor_customer_id, customer.name
from {TicketEvent._meta.db_table} event
left join {Agent._meta.db_table} agent on agent.id = event.actor_agent_id
left join {Customer._meta.db_table} customer on customer.id = event.actor_customer_id
where event.ticket_id = %s order by event.id desc limit %s
"""  # noqa: S608 (the tables' own names)


def question(ticket: Ticket, count: int) -> Question:
    """The newest events of a ticket, for `one_trip.ask`; its rows are for `answer`."""
    return HAPPENED, [ticket.pk, count]


def answer(rows: list[Row]) -> list[Happening]:
    """Oldest first."""
    return [Happening._make((*row[:3], json.loads(row[3]), *row[4:])) for row in reversed(rows)]


def describe(event: Happening) -> SafeString:
    """One line, with the actor in bold: "Ana assigned this to Priya"."""
    words = SENTENCES.get(event.kind, _anything)(event.changes)
    actor = actor_name(event)
    return format_html("<b>{}</b> {}", actor, words) if actor else words


def actor_name(event: Happening) -> str:
    if event.actor_agent_id:
        return event.agent_name or ""
    if event.actor_customer_id:
        return event.customer_name or _("The customer")
    return event.actor_label


Changes = dict[str, Any]


def _pair(changes: Changes, field: str) -> tuple[Any, Any]:
    before, after = changes.get(field, ["", ""])
    return before, after


def _from_to(text: str, before: Any, after: Any) -> SafeString:
    return format_html(text, before=before, after=after)


def _status(changes: Changes) -> SafeString:
    before, after = _pair(changes, "status")
    name = choices().status_name
    return _from_to(_("changed the status from {before} to {after}"), name(before), name(after))


def _assignee(changes: Changes) -> SafeString:
    before, after = _pair(changes, "assignee")
    if not after:
        return _from_to(_("took this from {before}"), before, after)
    return _from_to(_("gave this to {after}"), before, after)


def _team(changes: Changes) -> SafeString:
    before, after = _pair(changes, "team")
    if not after:
        return _from_to(_("took this out of {before}"), before, after)
    return _from_to(_("moved this to {after}"), before, after)


def _priority(changes: Changes) -> SafeString:
    labels = dict(Priority.choices)
    before, after = _pair(changes, "priority")
    text = _("changed the priority from {before} to {after}")
    return _from_to(text, labels.get(before, before), labels.get(after, after))


def _subject(changes: Changes) -> SafeString:
    return _from_to(_("changed the subject from “{before}” to “{after}”"), *_pair(changes, "subject"))


def _type(changes: Changes) -> SafeString:
    return _from_to(_("changed the type from {before} to {after}"), *_pair(changes, "type"))


def _tags(changes: Changes) -> SafeString:
    before, after = _pair(changes, "tags")
    added, removed = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    parts = []
    if added:
        parts.append(format_html(_("added {}"), ", ".join(added)))
    if removed:
        parts.append(format_html(_("removed {}"), ", ".join(removed)))
    return format_html_join(" · ", "{}", ((part,) for part in parts))


def _participant_added(changes: Changes) -> SafeString:
    return _from_to(_("added {after} to the conversation"), *_pair(changes, "participant"))


def _participant_removed(changes: Changes) -> SafeString:
    return _from_to(_("removed {before} from the conversation"), *_pair(changes, "participant"))


def _held_back(changes: Changes) -> SafeString:
    _before, reason = _pair(changes, "reason")
    return format_html("{} {}", _("No confirmation was sent to the customer."), reason)


def _retried(changes: Changes) -> SafeString:
    if "address" in changes:
        return _from_to(_("sent a reply to {after} instead of {before}"), *_pair(changes, "address"))
    return format_html("{}", _("sent a reply once more"))


def _plain(text: Callable[[], str]) -> Callable[[Changes], SafeString]:
    return lambda changes: format_html("{}", text())


def _anything(changes: Changes) -> SafeString:
    """A kind that a wing added: its fields, before and after."""
    lines = ((field, before, after) for field, (before, after) in changes.items())
    return format_html_join(" · ", _("changed {}: {} → {}"), lines)


SENTENCES: dict[str, Callable[[Changes], SafeString]] = {
    events.STATUS_CHANGED: _status,
    events.ASSIGNEE_CHANGED: _assignee,
    events.TEAM_CHANGED: _team,
    events.PRIORITY_CHANGED: _priority,
    events.SUBJECT_CHANGED: _subject,
    events.TYPE_CHANGED: _type,
    events.TAGS_CHANGED: _tags,
    events.PARTICIPANT_ADDED: _participant_added,
    events.PARTICIPANT_REMOVED: _participant_removed,
    events.MESSAGE_FAILED: _plain(lambda: _("A reply was not delivered")),
    events.MESSAGE_IN_DOUBT: _plain(lambda: _("A reply may not have been delivered")),
    events.MESSAGE_UNDONE: _plain(lambda: _("took back a reply")),
    events.MESSAGE_ACCEPTED: _plain(lambda: _("let in a held message")),
    events.MESSAGE_RETRIED: _retried,
    events.MESSAGE_PUT_OFF: _plain(lambda: _("A reply came back and is sent again later")),
    events.ASIDE_SHARED: _plain(lambda: _("showed an outsider's answer to the customer")),
    events.MESSAGE_CONFIRMED: _plain(lambda: _("knows that a reply has arrived")),
    events.CONFIRMATION_HELD_BACK: _held_back,
    events.TICKET_TRASHED: _plain(lambda: _("moved this to the trash")),
    events.TICKET_RESTORED: _plain(lambda: _("brought this back from the trash")),
}
