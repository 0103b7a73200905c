"""Throw away what the channels need no more: notices that have left, files nobody came back for, lost bytes."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.storage import FileSystemStorage
from django.db.models.functions import Now
from django.utils.timezone import now

from channels_inbox import raw_files
from channels_inbox.email.oauth import connecting
from channels_inbox.form import kept_files
from channels_inbox.models import InboundPayload, MailboxSignIn, MessageDelivery, Reflex
from foundation import orphans, tidying
from foundation.tidying import in_batches

# A bounce comes within days; then nobody asks any more who wanted a link to sign in.
NOTICES_KEPT = timedelta(days=30)
# Longer than the longest cap looks back, and than a delivery is tried.
REFLEXES_KEPT = timedelta(days=7)
SETTLED = (
    MessageDelivery.State.SENT,
    MessageDelivery.State.FAILED,
    MessageDelivery.State.CANCELLED,
    MessageDelivery.State.IN_DOUBT,
)


def sweep_notices() -> int:
    """Forget mail that belongs to no ticket. Replies and acknowledgements stay as long as their ticket."""
    notices = MessageDelivery.objects.filter(kind=MessageDelivery.Kind.NOTICE, ticket=None, message=None)
    return in_batches(notices.filter(state__in=SETTLED, created_at__lt=Now() - NOTICES_KEPT))


def sweep_raw_files() -> int:
    """Delete raw bytes that no payload names: whoever wrote them died before the row was committed."""
    moment = now()

    def known(names: list[str]) -> set[str]:
        return set(InboundPayload.objects.filter(raw_file__in=names).values_list("raw_file", flat=True))

    storage = FileSystemStorage(location=raw_files.root())
    return orphans.sweep(storage, orphans.folder_of(moment), known=known, at=moment)


def sweep_sign_ins() -> int:
    """Forget ways to a provider from which nobody came back."""
    return in_batches(MailboxSignIn.objects.filter(created_at__lt=Now() - connecting.LASTS))


def sweep_reflexes() -> int:
    """Forget what no cap asks for any more."""
    return in_batches(Reflex.objects.filter(at__lt=Now() - REFLEXES_KEPT))


SWEEPS: tuple[tidying.Sweep, ...] = (
    sweep_notices,
    sweep_raw_files,
    sweep_sign_ins,
    sweep_reflexes,
    kept_files.sweep,
)


def tidy() -> dict[str, int]:
    return tidying.run(SWEEPS)
