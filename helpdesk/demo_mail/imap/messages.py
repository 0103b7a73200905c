"""The verbs for messages (RFC 3501, section 6.4; RFC 2177, 4315, 6851)."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import email.utils

from helpdesk.demo_mail.imap import fetching
from helpdesk.demo_mail.imap.connection import Connection
from helpdesk.demo_mail.imap.searching import matching
from helpdesk.demo_mail.imap.selected import DELETED, SEEN, Selected
from helpdesk.demo_mail.imap.syntax import Argument, BadCommand, text
from helpdesk.demo_mail.store import Folder, StoredMail

LOOK_EVERY = 0.2  # seconds, while a client idles: another process may deliver


async def append(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    folder = connection.folder(text(arguments[0]))
    *options, raw = arguments[1:]
    flags = [text(flag) for option in options if isinstance(option, list) for flag in option]
    dates = [text(option) for option in options if not isinstance(option, list)]
    content = raw if isinstance(raw, bytes) else text(raw).encode()
    uid = folder.append(content, flags, _moment(dates[0]) if dates else None)
    return f"[APPENDUID {folder.uid_validity} {uid}] Kept"


async def search(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    found = matching(connection.open_folder(), arguments)
    connection.tell(" ".join(["SEARCH", *(str(mail.uid if by_uid else number) for number, mail in found)]))
    return ""


async def fetch(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    selected, wanted = connection.open_folder(), fetching.items(arguments[1])
    marks = fetching.marks_as_seen(wanted) and not selected.read_only
    for number, mail in selected.chosen(text(arguments[0]), by_uid=by_uid):
        if marks and SEEN not in mail.flags:
            selected.folder.set_flags(mail, mail.flags | {SEEN})
        with contextlib.suppress(FileNotFoundError):  # gone since; the client learns of it with the next news
            connection.send(b"* " + fetching.response(number, mail, wanted, by_uid=by_uid))
            await connection.writer.drain()
    return ""


async def store(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    selected, change = connection.writable_folder(), text(arguments[1]).upper()
    given = arguments[2] if isinstance(arguments[2], list) else arguments[2:]
    flags = frozenset(text(flag) for flag in given)
    for number, mail in selected.chosen(text(arguments[0]), by_uid=by_uid):
        new = {"+": mail.flags | flags, "-": mail.flags - flags}.get(change[:1], flags)
        selected.folder.set_flags(mail, new)
        selected.flags[mail.uid] = new
        if not change.endswith(".SILENT"):
            connection.send(b"* " + fetching.response(number, mail, ["FLAGS"], by_uid=by_uid))
    return ""


async def copy(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    selected, target = connection.open_folder(), connection.folder(text(arguments[1]))
    return _copy(selected, _mails(selected, arguments, by_uid), target)


async def move(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    selected, target = connection.writable_folder(), connection.folder(text(arguments[1]))
    mails = _mails(selected, arguments, by_uid)
    # Copied before removed: a kill in between leaves it in both folders, never in none.
    connection.tell(f"OK {_copy(selected, mails, target)}")
    for mail in mails:
        selected.folder.remove(mail)
    return ""


async def expunge(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    selected = connection.writable_folder()
    remove_deleted(selected, _mails(selected, arguments, by_uid=True) if by_uid else selected.mails)
    return ""


async def idle(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    selected = connection.open_folder()
    connection.send("+ Idling")
    done = asyncio.ensure_future(connection.reader.readline())
    try:
        while not done.done():
            connection.tell(*selected.news())
            await connection.writer.drain()
            await asyncio.wait([done], timeout=LOOK_EVERY)
    finally:
        done.cancel()
    if done.result().strip().upper() != b"DONE":
        connection.leaving = True
    return ""


def remove_deleted(selected: Selected, mails: list[StoredMail]) -> None:
    for mail in mails:
        if DELETED in mail.flags:
            selected.folder.remove(mail)


def _mails(selected: Selected, arguments: list[Argument], by_uid: bool) -> list[StoredMail]:
    return [mail for _, mail in selected.chosen(text(arguments[0]), by_uid=by_uid)]


def _copy(selected: Selected, mails: list[StoredMail], target: Folder) -> str:
    if not mails:
        return "Nothing to copy"
    copies = ",".join(str(selected.folder.copy(mail, target)) for mail in mails)
    return f"[COPYUID {target.uid_validity} {','.join(str(mail.uid) for mail in mails)} {copies}] Copied"


def _moment(word: str) -> datetime.datetime:
    try:
        return email.utils.parsedate_to_datetime(word.strip().replace("-", " ", 2))
    except ValueError:
        raise BadCommand(f"{word} is not a date.") from None
