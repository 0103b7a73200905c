"""One connection of a client, from greeting to goodbye."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from helpdesk.demo_mail.imap import folders, messages
from helpdesk.demo_mail.imap.connection import Connection, Refused
from helpdesk.demo_mail.imap.syntax import Argument, BadCommand, Command, parse, read_command, text
from helpdesk.demo_mail.store import PASSWORD, NoSuchMailbox

CAPABILITIES = "IMAP4rev1 IDLE MOVE UIDPLUS LITERAL+ SPECIAL-USE UNSELECT"

Verb = Callable[[Connection, list[Argument], bool], Awaitable[str]]


async def capability(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    connection.tell(f"CAPABILITY {CAPABILITIES}")
    return ""


async def noop(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    return ""


async def logout(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    connection.tell("BYE")
    connection.leaving, connection.selected = True, None
    return ""


async def login(connection: Connection, arguments: list[Argument], by_uid: bool) -> str:
    address, password = text(arguments[0]).lower(), text(arguments[1])
    if password != PASSWORD:
        raise Refused(f"[AUTHENTICATIONFAILED] The password of every demo mailbox is {PASSWORD}.")
    connection.store.folder(address)
    connection.address = address
    return f"[CAPABILITY {CAPABILITIES}] Welcome"


ANYTIME: dict[str, Verb] = {"CAPABILITY": capability, "NOOP": noop, "LOGOUT": logout, "LOGIN": login}
SIGNED_IN: dict[str, Verb] = {
    "LIST": folders.list_,
    "CREATE": folders.create,
    "STATUS": folders.status,
    "SELECT": folders.select,
    "EXAMINE": folders.examine,
    "APPEND": messages.append,
}
WITH_NUMBERS: dict[str, Verb] = {"FETCH": messages.fetch, "STORE": messages.store, "SEARCH": messages.search}
BY_UID: dict[str, Verb] = {
    **WITH_NUMBERS,
    "COPY": messages.copy,
    "MOVE": messages.move,
    "EXPUNGE": messages.expunge,
}
IN_A_FOLDER: dict[str, Verb] = {
    **BY_UID,
    "UNSELECT": folders.unselect,
    "CLOSE": folders.close,
    "IDLE": messages.idle,
}


async def serve(connection: Connection) -> None:
    """Answer commands until the client leaves."""
    connection.tell(f"OK [CAPABILITY {CAPABILITIES}] The mail of the demo desk")
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        while not connection.leaving:
            await connection.writer.drain()
            raw = await read_command(connection.reader, connection.writer)
            if raw is None:
                break
            if raw.strip():
                await _answer(connection, raw)
        await connection.writer.drain()


async def _answer(connection: Connection, raw: bytes) -> None:
    tag = raw.split(maxsplit=1)[0].decode(errors="replace")
    try:
        said = await _obey(connection, parse(raw))
        connection.send(f"{tag} OK {said or 'Done'}")
    except BadCommand as problem:
        connection.send(f"{tag} BAD {problem}")
    except IndexError:
        connection.send(f"{tag} BAD Something is missing at the end.")
    except (Refused, NoSuchMailbox) as problem:
        connection.send(f"{tag} NO {problem}")


async def _obey(connection: Connection, command: Command) -> str:
    name, arguments = command.name, command.arguments
    by_uid = name == "UID"
    if by_uid:
        name, arguments = text(arguments[0]).upper(), arguments[1:]
    said = await _verb(connection, name, by_uid)(connection, arguments, by_uid)
    # Numbers must not move under a client that counts with them (RFC 3501, section 7.4.1).
    if connection.selected and (by_uid or name not in WITH_NUMBERS):
        connection.tell(*connection.selected.news())
    return said


def _verb(connection: Connection, name: str, by_uid: bool) -> Verb:
    verb = (BY_UID if by_uid else ANYTIME | SIGNED_IN | IN_A_FOLDER).get(name)
    if verb is None:
        raise BadCommand(f"{name} is not served here.")
    if name not in ANYTIME and not connection.address:
        raise BadCommand("Sign in first.")
    if name in IN_A_FOLDER and not connection.selected:
        raise BadCommand("Select a folder first.")
    return verb
