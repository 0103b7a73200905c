"""What is known about a client, and the wire to it."""

from __future__ import annotations

from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass

from helpdesk.demo_mail.imap.selected import Selected
from helpdesk.demo_mail.store import FOLDERS, INBOX, Folder, Store


class Refused(Exception):
    """Understood, and not done: NO."""


@dataclass
class Connection:
    store: Store
    reader: StreamReader
    writer: StreamWriter
    address: str = ""  # of whoever has signed in
    selected: Selected | None = None
    leaving: bool = False

    def tell(self, *lines: str) -> None:
        for line in lines:
            self.send(f"* {line}")

    def send(self, line: str | bytes) -> None:
        self.writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    def folder(self, name: str) -> Folder:
        if name.upper() == INBOX:
            name = INBOX
        if name not in FOLDERS and name not in self.store.folders(self.address):
            raise Refused(f"[TRYCREATE] There is no folder {name}.")
        return self.store.folder(self.address, name)

    def open_folder(self) -> Selected:
        assert self.selected is not None  # the session asks for it before it calls a verb that needs one
        return self.selected

    def writable_folder(self) -> Selected:
        selected = self.open_folder()
        if selected.read_only:
            raise Refused("The folder is open for reading only.")
        return selected
