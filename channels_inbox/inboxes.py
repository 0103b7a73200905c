"""Set up an inbox, switch it off and on, and note who did. An inbox is never deleted: tickets came through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model

from channels_inbox.email.oauth import grants
from channels_inbox.models import Inbox
from foundation import audit
from foundation.secrets import Secrets

# Where these change, what was known about the old server says nothing about the new one.
FETCHED_FROM = ("imap_host", "imap_port", "imap_user")


@transaction.atomic
def save(
    inbox: Inbox,
    *,
    values: Mapping[str, Any],
    settings: Mapping[str, Any],
    credentials: Mapping[str, Any],
    actor: audit.Actor,
    ip: str | None = None,
) -> Inbox:
    """Write a new or a changed inbox. `values` are its own fields; the rest is what its channel's form says."""
    is_new = inbox.pk is None
    before = {} if is_new else _facts(Inbox.objects.select_for_update().get(pk=inbox.pk))
    before_connection = (inbox.settings, inbox.credentials)
    moved = any(settings.get(field) != inbox.settings.get(field) for field in FETCHED_FROM)
    for field, value in values.items():
        setattr(inbox, field, value)
    inbox.settings = {**inbox.settings, **settings}
    inbox.credentials = Secrets({**inbox.credentials, **credentials})
    changes = audit.changes_between(before, _facts(inbox))
    if not changes:
        return inbox
    grants.settle(inbox, tries_again=inbox.credentials != before_connection[1])
    if (inbox.settings, inbox.credentials) != before_connection:
        _forget_troubles(inbox)
    inbox.save()
    if moved and not is_new:
        inbox.positions.all().delete()
    audit.record(
        actor=actor, action="inbox.added" if is_new else "inbox.changed", obj=inbox, changes=changes, ip=ip
    )
    return inbox


@transaction.atomic
def switch(inbox: Inbox, *, on: bool, actor: audit.Actor, ip: str | None = None) -> Inbox:
    """Let an inbox work, or rest. While it rests nothing is fetched, and what is to be sent waits."""
    inbox.refresh_from_db(from_queryset=Inbox.objects.select_for_update())
    if inbox.is_active == on:
        return inbox
    inbox.is_active = on
    if on:
        _forget_troubles(inbox)
    inbox.save()
    action = "inbox.enabled" if on else "inbox.disabled"
    audit.record(actor=actor, action=action, obj=inbox, changes={"is_active": [not on, on]}, ip=ip)
    return inbox


def _forget_troubles(inbox: Inbox) -> None:
    """With other settings it deserves another try at once."""
    inbox.failing_since, inbox.last_error, inbox.fetch_failures = None, "", 0
    inbox.fetch_failures, inbox.send_failures, inbox.send_resumes_at = 0, 0, None


def _facts(inbox: Inbox) -> dict[str, Any]:
    """All that can be changed about an inbox, flat, as the audit trail tells it."""
    own = ("name", "kind", "address", "aliases", "brand", "team", "acknowledge", "signature", "quote_history")
    facts: dict[str, Any] = {field: _shown(getattr(inbox, field)) for field in own}
    return {**facts, **inbox.settings, **_fingerprints(inbox.credentials)}


def _shown(value: Any) -> Any:
    return str(value) if isinstance(value, Model) else value


def _fingerprints(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """Secrets stay Secrets, so that the audit trail masks them but sees that they changed."""
    return {field: Secrets({field: value}) if value else "" for field, value in credentials.items()}
