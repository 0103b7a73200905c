"""Files that no row names: a process died between writing the bytes and writing the row.

One of the 256 folders is looked at in a turn, so a large store is gone through in eleven days. Nothing younger than
a day is touched: its row may still be on its way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.core.files.storage import Storage

OLD_ENOUGH = timedelta(days=1)
FOLDERS = 256
AT_ONCE = 500

Known = Callable[[list[str]], set[str]]


def folder_of(at: datetime) -> str:
    """The folder whose turn it is: the next one each hour."""
    return f"{int(at.timestamp() // 3600) % FOLDERS:02x}"


def sweep(storage: Storage, folder: str, *, known: Known, at: datetime) -> int:
    """Delete the files below this folder that `known` does not give back. Returns how many."""
    swept = 0
    files = _old_files(storage, folder, at)
    while names := list(islice(files, AT_ONCE)):
        for name in set(names) - known(names):
            storage.delete(name)
            swept += 1
    return swept


def _old_files(storage: Storage, folder: str, at: datetime) -> Iterator[str]:
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    for name in files:
        path = f"{folder}/{name}"
        if storage.get_modified_time(path) < at - OLD_ENOUGH:
            yield path
    for inner in folders:
        yield from _old_files(storage, f"{folder}/{inner}", at)
