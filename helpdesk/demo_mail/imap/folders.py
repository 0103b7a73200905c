"""The verbs for folders (RFC 3501, sections 6.3 and 6.4.2)."""

from __future__ import annotations

from helpdesk.demo_mail.imap.connection import Connection
from helpdesk.demo_mail.imap.messages import remove_deleted
from helpdesk.demo_mail.imap.selected import SEEN, Selected
from helpdesk.demo_mail.imap.syntax import Argument, quoted, text

FLAGS = r"\Answered \Flagged \Deleted \Seen \Draft"
KEPT_FLAGS = rf"{FLAGS} \*"  # the star: and any keyword
SPECIAL_USE = {"Sent": r"\Sent", "Junk": r"\Junk", "Trash": r"\Trash"}


async def list_(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    pattern = text(arguments[1])
    for name in connection.store.folders(connection.address):
        if pattern in ("*", "%") or pattern.upper() == name.upper():
            attributes = rf"\HasNoChildren {SPECIAL_USE.get(name, '')}".strip()
            connection.tell(f'LIST ({attributes}) "/" {quoted(name)}')
    return ""


async def create(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    connection.store.folder(connection.address, text(arguments[0]))
    return ""


async def status(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    name, wanted = text(arguments[0]), arguments[1]
    folder = connection.folder(name)
    mails = folder.mails()
    counts = {
        "MESSAGES": len(mails),
        "RECENT": 0,
        "UNSEEN": sum(SEEN not in mail.flags for mail in mails),
        "UIDNEXT": folder.next_uid,
        "UIDVALIDITY": folder.uid_validity,
    }
    words = [text(word).upper() for word in wanted] if isinstance(wanted, list) else []
    found = " ".join(f"{word} {counts[word]}" for word in words if word in counts)
    connection.tell(f"STATUS {quoted(name)} ({found})")
    return ""


async def select(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    _open(connection, arguments, read_only=False)
    return "[READ-WRITE] Open"


async def examine(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    _open(connection, arguments, read_only=True)
    return "[READ-ONLY] Open to look"


def _open(connection: Connection, arguments: list[Argument], *, read_only: bool) -> None:
    connection.selected = None
    folder = connection.folder(text(arguments[0]))
    connection.selected = Selected(folder, read_only=read_only)
    connection.tell(
        f"FLAGS ({FLAGS})",
        f"OK [PERMANENTFLAGS ({'' if read_only else KEPT_FLAGS})] Flags that stay",
        f"{len(connection.selected.mails)} EXISTS",
        "0 RECENT",
        f"OK [UIDVALIDITY {folder.uid_validity}] The same as long as the folder stands",
        f"OK [UIDNEXT {folder.next_uid}] The next one",
    )


async def unselect(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    connection.selected = None
    return ""


async def close(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    selected, connection.selected = connection.open_folder(), None
    if not selected.read_only:
        remove_deleted(selected, selected.mails)
    return ""
