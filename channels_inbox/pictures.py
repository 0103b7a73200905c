"""Pictures in what an agent wrote travel inside the mail, and stand in it where they stood in the editor."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from html import escape, unescape

from django.conf import settings

from channels_inbox.messages import FileRef
from foundation.richtext import FILES_PATH

IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
SOURCE = re.compile(r"""\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
EMBEDDED = re.compile(r"data:image/(png|jpeg|gif|webp);base64,([A-Za-z0-9+/=]+)")


def with_pictures_inside(html: str, files: Sequence[FileRef]) -> tuple[str, list[FileRef]]:
    """Cleaned HTML whose pictures are parts of the same mail, and those parts.

    Our own address means nothing to the reader of a mail, and what a picture carries in its address (data:) most
    mail programs do not show. A picture that is neither is left out. `files` are known by their content_id.
    """
    parts: dict[str, FileRef] = {}

    def place(found: re.Match[str]) -> str:
        source = SOURCE.search(found[0])
        part = _part(unescape(source[1] or source[2] or ""), files) if source else None
        if part is None or source is None:
            return ""
        name = f"{part.content_id}@{settings.SITE_HOST}"
        parts[name] = replace(part, content_id=name, is_inline=True)
        return found[0][: source.start()] + f'src="cid:{escape(name)}"' + found[0][source.end() :]

    html = IMAGE.sub(place, html)
    unplaced = [replace(file, is_inline=False) for file in files if not _is_placed(file, parts)]
    return html, [*parts.values(), *unplaced]


def _part(source: str, files: Sequence[FileRef]) -> FileRef | None:
    if FILES_PATH in source:
        return next((file for file in files if file.content_id in source), None)
    if found := EMBEDDED.fullmatch(re.sub(r"\s", "", source)):
        content = base64.b64decode(found[2])
        return FileRef(
            name=f"picture.{found[1]}",
            content_type=f"image/{found[1]}",
            content=content,
            content_id=sha256(content).hexdigest()[:32],
        )
    return None


def _is_placed(file: FileRef, parts: dict[str, FileRef]) -> bool:
    return any(part.content is file.content for part in parts.values())
