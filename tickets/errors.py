"""What a person may do wrong with a ticket, in sentences for that person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from foundation.errors import HelpdeskError

if TYPE_CHECKING:
    from tickets.models import Draft, TicketEvent


class TransitionRefused(HelpdeskError):
    """The status may not be changed like that."""


class ChangedMeanwhile(HelpdeskError):
    """Somebody else changed the same property since the page was shown."""

    def __init__(self, field: str, current: Any) -> None:
        super().__init__(
            _("Somebody else changed this in the meantime. Look at the new value and choose again.")
        )
        self.field = field
        self.current = current


class NewerActivity(HelpdeskError):
    """Something was written since the agent last looked: show it before sending."""

    def __init__(self, events: list[TicketEvent]) -> None:
        super().__init__(_("Something new was written while you were typing. Read it, then send again."))
        self.events = events


class TooLate(HelpdeskError):
    """The message has left; it cannot be taken back."""


class NothingWritten(HelpdeskError):
    """A reply or note without text and files."""


class FileRefused(HelpdeskError):
    """A file is too large, or there are too many."""

    status = 413


class NoRoom(FileRefused, OSError):
    """The disk did not take a file. It passes, so mail that brings it is tried again."""

    status = 507


class RecipientRefused(HelpdeskError):
    """An answer may not go to one of these addresses."""

    status = 422


class DraftIsOlder(HelpdeskError):
    """Another window of the same agent has saved this draft since."""

    def __init__(self, newer: Draft) -> None:
        super().__init__(_("A newer version of this draft was written elsewhere."))
        self.newer = newer
