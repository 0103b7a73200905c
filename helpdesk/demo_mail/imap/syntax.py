"""Commands of a client, read and taken apart (RFC 3501, section 9)."""

from __future__ import annotations

import re
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterable
from dataclasses import dataclass

LARGEST_LITERAL = 50 * 1024 * 1024
LITERAL_FOLLOWS = re.compile(rb"\{(\d+)(\+?)\}\r?\n$")
TOKEN = re.compile(
    rb"""
    (?P<open>\() | (?P<close>\))
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | \{(?P<literal>\d+)\+?\}\r?\n
    | (?P<atom>[^\s()"{\[]+(?:\[[^\]]*\](?:<[\d.]+>)?)?)
    | (?P<space>\s+)
    """,
    re.VERBOSE,
)

# An atom or a quoted string, a literal, or a list of them in parentheses.
Argument = str | bytes | list["Argument"]


class BadCommand(Exception):
    """What the client sent is not IMAP, or a part of it that is not served here."""


@dataclass(frozen=True, slots=True)
class Command:
    tag: str
    name: str
    arguments: list[Argument]


async def read_command(reader: StreamReader, writer: StreamWriter) -> bytes | None:
    """One command with all its literals, or None when the client is gone."""
    command = b""
    while True:
        try:
            line = await reader.readline()
        except ValueError:  # longer than any line a client has reason to send
            return None
        if not line.endswith(b"\n"):
            return None
        command += line
        literal = LITERAL_FOLLOWS.search(line)
        if not literal:
            return command
        size, needs_no_answer = int(literal[1]), literal[2]
        if size > LARGEST_LITERAL:
            return None
        if not needs_no_answer:
            writer.write(b"+ Go on\r\n")
            await writer.drain()
        command += await reader.readexactly(size)


def parse(raw: bytes) -> Command:
    words = _arguments(raw)
    if len(words) < 2 or not isinstance(words[0], str) or not isinstance(words[1], str):
        raise BadCommand("A command is a tag and a name.")
    return Command(words[0], words[1].upper(), words[2:])


def _arguments(raw: bytes) -> list[Argument]:
    lists: list[list[Argument]] = [[]]
    position = 0
    while position < len(raw):
        token = TOKEN.match(raw, position)
        if not token:
            raise BadCommand("This cannot be read.")
        position = token.end()
        match token.lastgroup:
            case "open":
                lists.append([])
            case "close":
                if len(lists) == 1:
                    raise BadCommand("A parenthesis was never opened.")
                inner = lists.pop()
                lists[-1].append(inner)
            case "quoted":
                lists[-1].append(re.sub(rb"\\(.)", rb"\1", token["quoted"]).decode(errors="replace"))
            case "literal":
                size = int(token["literal"])
                lists[-1].append(raw[position : position + size])
                position += size
            case "atom":
                lists[-1].append(token["atom"].decode(errors="replace"))
    if len(lists) != 1:
        raise BadCommand("A parenthesis was never closed.")
    return lists[0]


def text(argument: Argument) -> str:
    if isinstance(argument, list):
        raise BadCommand("A word was expected here, not a list.")
    return argument.decode(errors="replace") if isinstance(argument, bytes) else argument


def quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def numbers(ranges: str, highest: int) -> set[range]:
    """A set such as 2,4:7,9:* as ranges; the star is the highest number there is."""
    try:
        found = set()
        for part in ranges.split(","):
            ends = [highest if end == "*" else int(end) for end in part.split(":", 1)]
            found.add(range(min(ends), max(ends) + 1))
    except ValueError:
        raise BadCommand(f"{ranges} is not a set of numbers.") from None
    return found


def contains(ranges: Iterable[range], number: int) -> bool:
    return any(number in each for each in ranges)
