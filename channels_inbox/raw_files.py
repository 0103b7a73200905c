"""Where the raw bytes of large messages lie: files below MEDIA_ROOT/raw, complete before any row names them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings

INLINE_LIMIT = 2**20  # bytes; what is smaller stands in the row itself


def root() -> Path:
    return Path(settings.MEDIA_ROOT) / "raw"


def store(raw: bytes) -> str:
    """Write the bytes where a crash of the machine cannot take them, and return their name. Raises OSError."""
    token = secrets.token_hex(20)
    name = f"{token[:2]}/{token}"
    path = root() / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    try:
        with open(unfinished, "xb", opener=_only_ours) as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
    except OSError:  # a full disk, mostly: leave it the room that this took
        unfinished.unlink(missing_ok=True)
        raise
    unfinished.rename(path)
    for directory in (path.parent, root()):
        _sync(directory)
    return name


def read(name: str) -> bytes:
    return (root() / name).read_bytes()


def exists(name: str) -> bool:
    return (root() / name).is_file()


def remove(name: str) -> None:
    (root() / name).unlink(missing_ok=True)


def _only_ours(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _sync(directory: Path) -> None:
    """A rename is only safe once its directory is."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
