"""Pictures that were fetched, kept on disk for a day and within a bound, so that a sender hears of one reader only.

Files are named by a digest of the address and hold the picture's bytes and nothing else. Losing them costs a fetch.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)

KEPT = timedelta(days=1).total_seconds()
MAX_BYTES = 256 * 2**20  # all of them together


def get(url: str) -> bytes | None:
    path = _path(url)
    try:
        if time.time() - path.stat().st_mtime > KEPT:
            return None
        return path.read_bytes()
    except OSError:
        return None


def put(url: str, content: bytes) -> None:
    """Keep it, if there is room; a disk that is full costs a fetch, never a page."""
    path = _path(url)
    fresh = path.with_name(f".{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_room(len(content))
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError:
        logger.warning("A picture could not be kept.", exc_info=True)
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def sweep() -> int:
    """Delete what is too old, leftovers of a process that died included. Returns how many."""
    old = [entry for entry in _entries() if time.time() - entry[0] > KEPT]
    for _at, _size, path in old:
        _delete(path)
    return len(old)


def _make_room(needed: int) -> None:
    entries = sorted(_entries())
    taken = sum(size for _at, size, _path in entries)
    for _at, size, path in entries:  # oldest first
        if taken + needed <= MAX_BYTES:
            return
        _delete(path)
        taken -= size


def _entries() -> list[tuple[float, int, str]]:
    """When written, bytes, path."""
    found = []
    with (
        contextlib.suppress(FileNotFoundError, NotADirectoryError),
        os.scandir(settings.PICTURE_CACHE) as files,
    ):
        for file in files:
            with contextlib.suppress(FileNotFoundError):
                about = file.stat(follow_symlinks=False)
                found.append((about.st_mtime, about.st_size, file.path))
    return found


def _delete(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _path(url: str) -> Path:
    return Path(settings.PICTURE_CACHE) / hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()
