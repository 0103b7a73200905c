"""Throw away what nobody needs any more: uploads that were never sent, used-up links, old counters."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from accounts import magic_links, portal_sessions
from accounts.api import idempotency
from foundation import limits
from tickets.models import Attachment, Draft

logger = logging.getLogger(__name__)

UPLOADS_KEPT = timedelta(days=1)
EMPTY_DRAFTS_KEPT = timedelta(days=1)
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


def sweep_empty_drafts() -> int:
    """Forget drafts whose words were taken out again."""
    empty = Draft.objects.filter(html="", attachments=None, updated_at__lt=Now() - EMPTY_DRAFTS_KEPT)
    return empty.delete()[0]


def sweep_sessions() -> int:
    return Session.objects.filter(expire_date__lt=Now()).delete()[0]


SWEEPS: tuple[Callable[[], int], ...] = (
    sweep_uploads,
    sweep_empty_drafts,
    sweep_sessions,
    limits.purge,
    magic_links.sweep,
    portal_sessions.sweep,
    idempotency.forget_old,
)


def tidy() -> dict[str, int]:
    """Everything that is due. A sweep that fails does not keep the others from their work."""
    swept = {}
    for sweep in SWEEPS:
        name = f"{sweep.__module__}.{sweep.__name__}"
        try:
            swept[name] = sweep()
        except Exception:  # each stands alone; the next hour tries again
            logger.exception("%s failed.", name)
    return swept
