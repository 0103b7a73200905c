"""Throw away what nobody needs any more: uploads that were never sent, used-up links, old counters.

What is kept for ever is kept on purpose: tickets, messages, their files and events (docs/operations.md).
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db.models.functions import Now
from django.utils.timezone import now

from accounts import magic_links, portal_sessions
from accounts.api import idempotency
from foundation import audit, limits, orphans, picture_cache, tidying
from foundation.tidying import in_batches
from tickets.models import Attachment, Draft, EventDelivery, TicketSeen

UPLOADS_KEPT = timedelta(days=1)
EMPTY_DRAFTS_KEPT = timedelta(days=1)
# How a reaction to an event went, once all of them are done: for whoever looks into a failure.
TURNS_KEPT = timedelta(days=7)
# Who was away from a ticket for so long reads it as if for the first time.
SEEN_KEPT = timedelta(days=365)
AT_ONCE = 500


def sweep_uploads() -> int:
    """Delete files that stand in no message and no draft a day after they came. Returns how many."""
    swept = 0
    while True:
        left = Attachment.objects.filter(message=None, drafts=None, created_at__lt=Now() - UPLOADS_KEPT)
        chosen = list(left[:AT_ONCE])
        for upload in chosen:
            # The row first: one that points to no file would be a promise nobody can keep.
            upload.delete()
            upload.file.storage.delete(str(upload.file.name))
        swept += len(chosen)
        if len(chosen) < AT_ONCE:
            return swept


def sweep_orphans() -> int:
    """Delete files of no attachment: the process that wrote them died before it wrote the row."""
    moment = now()

    def known(names: list[str]) -> set[str]:
        return set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))

    return orphans.sweep(default_storage, orphans.folder_of(moment), known=known, at=moment)


def sweep_empty_drafts() -> int:
    """Forget drafts whose words were taken out again."""
    empty = Draft.objects.filter(html="", attachments=None, updated_at__lt=Now() - EMPTY_DRAFTS_KEPT)
    return in_batches(empty)


def sweep_turns() -> int:
    return in_batches(EventDelivery.objects.filter(event__processed_at__lt=Now() - TURNS_KEPT))


def sweep_seen() -> int:
    return in_batches(TicketSeen.objects.filter(seen_at__lt=Now() - SEEN_KEPT))


def sweep_sessions() -> int:
    return in_batches(Session.objects.filter(expire_date__lt=Now()))


SWEEPS: tuple[tidying.Sweep, ...] = (
    sweep_uploads,
    sweep_orphans,
    sweep_empty_drafts,
    sweep_turns,
    sweep_seen,
    sweep_sessions,
    audit.forget_old,
    limits.purge,
    picture_cache.sweep,
    magic_links.sweep,
    portal_sessions.sweep,
    idempotency.forget_old,
)


def tidy() -> dict[str, int]:
    return tidying.run(SWEEPS)
