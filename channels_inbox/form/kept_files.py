"""Files that came with a form which did not pass: kept for a day, so that nobody has to pick them again."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.timezone import now

from foundation import tokens
from foundation.tokens import TokenRefused
from tickets.files import NewFile, safe_name

FOLDER = "form-files"
PURPOSE = "form.file"
LASTS = timedelta(days=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    token: str  # stands in the form; only we can make one
    name: str
    size: int
    content_type: str


def keep(files: Sequence[NewFile]) -> list[Kept]:
    """Put the files aside, each under a name nobody can guess."""
    return [_keep(file) for file in files]


def _keep(file: NewFile) -> Kept:
    path = default_storage.save(f"{FOLDER}/{secrets.token_hex(20)}", ContentFile(file.content))
    name, size = safe_name(file.name), len(file.content)
    facts = {"path": path, "name": name, "size": size, "type": file.content_type}
    return Kept(token=tokens.sign(PURPOSE, facts), name=name, size=size, content_type=file.content_type)


def find(given: Iterable[str]) -> list[Kept]:
    """What these tokens name; those that are forged or too old are left out."""
    return [
        Kept(token=token, name=facts["name"], size=facts["size"], content_type=facts["type"])
        for token, facts in _facts(given)
    ]


def read(kept: Iterable[Kept]) -> list[NewFile]:
    """The files themselves; one that was swept away meanwhile is left out."""
    files = []
    for token, facts in _facts(one.token for one in kept):
        try:
            with default_storage.open(facts["path"]) as file:
                content = file.read()
        except FileNotFoundError:
            logger.info("A kept file is gone: %s.", token[:8])
            continue
        files.append(NewFile(name=facts["name"], content=content, content_type=facts["type"]))
    return files


def _facts(given: Iterable[str]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for token in dict.fromkeys(given):
        try:
            found.append((token, tokens.read(PURPOSE, token, max_age=int(LASTS.total_seconds()))))
        except TokenRefused:
            continue
    return found


def sweep() -> int:
    """Delete what nobody came back for. Returns how many."""
    if not default_storage.exists(FOLDER):
        return 0
    swept = 0
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if default_storage.get_modified_time(path) < now() - LASTS:
            default_storage.delete(path)
            swept += 1
    return swept
