"""What the two composers of a ticket begin with: drafts, recipients, and whether one may write at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Agent
from accounts.permissions import Permission
from tickets import recipients
from tickets.choices import choices
from tickets.models import Attachment, Draft, Ticket
from tickets.surroundings import Surroundings

INLINE = re.compile(r"/files/([\w-]{20,64})/")


@dataclass(kw_only=True)
class Composer:
    """The context of components/composer.html."""

    last_event: int
    to: str
    to_comes_back: bool
    cc: str
    reply_refused: str
    may_note: bool
    send_as: list[tuple[str, str]]
    drafts: dict[str, Draft] = field(default_factory=dict)

    @property
    def is_shown(self) -> bool:
        return self.may_note or not self.reply_refused

    @property
    def mode(self) -> str:
        written = [mode for mode, draft in self.drafts.items() if draft.html]
        return "note" if self.reply_refused or written == ["note"] else "reply"

    @property
    def reply(self) -> Draft | None:
        return self.drafts.get(Draft.Mode.REPLY)

    @property
    def note(self) -> Draft | None:
        return self.drafts.get(Draft.Mode.NOTE)

    @property
    def reply_files(self) -> list[dict[str, Any]]:
        return tiles_of(self.reply)

    @property
    def note_files(self) -> list[dict[str, Any]]:
        return tiles_of(self.note)


def composer(ticket: Ticket, agent: Agent, around: Surroundings, *, last_event: int) -> Composer:
    drafts: Iterable[Draft] = ()
    if around.has_drafts:
        drafts = Draft.objects.filter(ticket=ticket, agent=agent).prefetch_related("attachments")
    written = {draft.mode: draft for draft in drafts}
    return Composer(
        last_event=last_event,
        to=_address(ticket.requester.name, around.email),
        to_comes_back=around.email_comes_back,
        cc=_copies(around, written.get(Draft.Mode.REPLY)),
        reply_refused=_why_not(ticket, agent, around.email),
        may_note=agent.can(Permission.TICKETS_NOTE),
        send_as=_ways_to_send(ticket, agent),
        drafts=written,
    )


def _copies(around: Surroundings, draft: Draft | None) -> str:
    """An answer goes to all who take part, until its writer has chosen."""
    if draft is not None:
        return draft.cc
    addresses = [person.address for person in around.participants if person.address]
    return ", ".join(recipients.not_ours(addresses))


def _address(name: str, email: str) -> str:
    return f"{name} <{email}>" if name and email else email


def _why_not(ticket: Ticket, agent: Agent, email: str) -> str:
    if not agent.can(Permission.TICKETS_REPLY):
        return _("Your role does not let you answer customers. You may write notes to your team.")
    if not email:
        return _("This customer has no email address. Add one on their page to answer.")
    if ticket.trashed_at:
        return _("This ticket is in the trash. Bring it back to answer.")
    return ""


def _ways_to_send(ticket: Ticket, agent: Agent) -> list[tuple[str, str]]:
    if ticket.is_closed or not agent.can(Permission.TICKETS_CHANGE):
        return []
    return [
        (status.key, _("Send as %(status)s") % {"status": status.label})
        for status in choices().open_to_people
    ]


def tiles_of(draft: Draft | None) -> list[dict[str, Any]]:
    """The files of a draft that are not pictures in its text."""
    if draft is None:
        return []
    inline = set(INLINE.findall(draft.html))
    return [tile_of(file) for file in draft.attachments.all() if file.token not in inline]


def tile_of(file: Attachment) -> dict[str, Any]:
    """A file as the composer knows it: named by its token."""
    return {
        "id": file.token,
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type,
        "url": f"/files/{file.token}/",
    }
