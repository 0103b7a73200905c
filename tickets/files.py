"""Store the files of messages: named at random, typed by their bytes, never by what the sender says."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import filetype
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Agent
from foundation import desk
from foundation.richtext import strip_controls
from tickets.errors import FileRefused, NoRoom
from tickets.models import Attachment, Message, Ticket

# What a browser may show in place. Everything else is offered as a download.
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain"})
UNKNOWN_TYPE = "application/octet-stream"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    name: str
    content: bytes = field(repr=False)
    content_type: str = UNKNOWN_TYPE  # as claimed; only believed where the bytes do not tell
    content_id: str = ""
    is_inline: bool = False


def safe_name(name: str) -> str:
    """The name people see: one line, no path, no invisible characters, at most 150 characters."""
    cleaned = strip_controls(unicodedata.normalize("NFKC", name)).replace("\\", "/")
    base = PurePosixPath(cleaned).name.strip(" .") or "file"
    stem, dot, ending = base.rpartition(".")
    if len(base) > 150:
        base = f"{stem[: 140 - len(ending[:10])]}{dot}{ending[:10]}" if dot else base[:150]
    return base


def real_type(new: NewFile) -> str:
    """What the bytes are. A claim is only believed for plain text, which has no signature of its own."""
    if guessed := filetype.guess_mime(new.content[:8192]):
        return str(guessed)
    claimed = new.content_type.lower().partition(";")[0].strip()
    return "text/plain" if claimed == "text/plain" and b"\0" not in new.content[:8192] else UNKNOWN_TYPE


def check_limits(files: Sequence[NewFile]) -> None:
    """Refuse what is too much, before any of it is stored."""
    check_sizes([(new.name, len(new.content)) for new in files])


def check_sizes(files: Sequence[tuple[str, int]]) -> None:
    """The same by names and sizes in bytes, before any of it is read. Limits are the desk's own settings."""
    limits = desk.settings()
    if len(files) > limits.max_files:
        raise FileRefused(
            ngettext_lazy(
                "A message takes at most %(count)d file.",
                "A message takes at most %(count)d files.",
                limits.max_files,
            )
            % {"count": limits.max_files}
        )
    for name, size in files:
        if size > limits.max_file_bytes:
            raise FileRefused(
                _("“%(name)s” is larger than %(size)d MB.")
                % {"name": safe_name(name), "size": limits.max_file_bytes // 2**20}
            )
    if sum(size for _name, size in files) > limits.max_message_bytes:
        raise FileRefused(
            _("All files together are larger than %(size)d MB.") % {"size": limits.max_message_bytes // 2**20}
        )


def refuse_larger(name: str, size: int) -> None:
    """Raise FileRefused for a file of more bytes than the desk takes; before it is read into memory."""
    most = desk.settings().max_file_bytes
    if size > most:
        raise FileRefused(
            _("“%(name)s” is larger than %(size)d MB.") % {"name": safe_name(name), "size": most // 2**20}
        )


def store(
    files: Sequence[NewFile],
    *,
    ticket: Ticket,
    message: Message | None = None,
    uploaded_by: Agent | None = None,
) -> list[Attachment]:
    """Write the bytes first, then the rows: a row never points to a file that is not there."""
    rows = []
    for new in files:
        row = Attachment(
            ticket=ticket,
            message=message,
            uploaded_by=uploaded_by,
            name=safe_name(new.name),
            content_type=real_type(new),
            size=len(new.content),
            sha256=hashlib.sha256(new.content).hexdigest(),
            content_id=new.content_id[:250],
            is_inline=new.is_inline,
        )
        try:
            row.file.save(row.name, ContentFile(new.content), save=False)
        except OSError as trouble:
            logger.exception("A file could not be stored.")
            raise NoRoom(
                _("The desk could not store “%(name)s” just now. Its admin has to look at the disk.")
                % {"name": row.name}
            ) from trouble
        rows.append(row)
    return Attachment.objects.bulk_create(rows) if rows else []
