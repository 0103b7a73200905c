"""Lists of addresses in headers (RFC 5322, 3.4), as they are written in the wild.

The text is cut into addresses before its encoded words are decoded, so that a comma
or an angle bracket inside somebody's encoded name cannot make two people of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from channels_inbox.email import encoded_words
from channels_inbox.email.headers import one_line
from channels_inbox.email.limits import ADDRESSES, MailRefused
from channels_inbox.email.parsed import Address

_TOKEN = re.compile(
    r'"(?:[^"\\]++|\\.?)*+"?'  # a quoted name
    r"|<[^<>\"]*>?"  # an address in brackets, perhaps never closed
    r"|=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?="  # an encoded word, whatever it holds
    r"|\\.|[,;]|\(|\)|[^\",;<()=\\]+|.",
    re.DOTALL,
)
_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=")
_NO_ADDRESS = re.compile(r"[\s<>()\[\]\",;:]+")
_GROUP = re.compile(r'^(?:"[^"]*+"|[^<>@":]++)*+:(?!//)')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_QUOTED_LOCAL = re.compile(r'<?\s{0,9}("(?:[^"\\]|\\.?){0,200}+"@[\w.-]{1,255})\s{0,9}>?')
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_BLANKS_AT_DOT = re.compile(r"(?<=[\w-])\s+\.\s*(?=\w)|(?<=[\w-])\.\s+(?=\w)")  # as before RFC 2822
_BLANKS_AT_SIGN = re.compile(r"(?<=\w)(?:\s+@\s*|\s*@\s+)(?=[\w-]+\s*\.\s*\w)")
_LEFT_OVER = re.compile(r"[\[(]?\s{0,9}mailto:\s{0,9}[\])]?$|\[\s{0,9}\]$", re.IGNORECASE)
_NOBODY = re.compile(r"(?i)[<\"' ]*undisclosed[- ]?recipients?[:;>\"' ]*")
_ROUTE = re.compile(r"^@[^:]*:")


def read(value: str) -> list[Address]:
    """Read an address header. Raises MailRefused beyond a thousand addresses."""
    if _NOBODY.fullmatch(value):
        return []
    if value.count('"') % 2:
        value = value.replace('"', " ")
    found: list[Address] = []
    words_before = ""  # of "Doe, Jane <jane@x>", whose comma was not quoted
    for piece in _people(_pieces(value)):
        address = _address(piece)
        if address is None:
            continue
        if address.email and "@" not in address.email and "<" not in piece:
            words_before = f"{words_before}, {address.email}" if words_before else address.email
            continue
        if words_before and address.name and "<" in piece and '"' not in piece:
            address = address._replace(name=f"{words_before}, {address.name}")
        elif words_before:
            found.append(Address("", words_before))
        words_before = ""
        found.append(address)
        if len(found) > ADDRESSES:
            raise MailRefused("A header of this mail has more than 1,000 addresses.")
    if words_before:
        found.append(Address("", words_before))
    return found


def first(value: str) -> Address | None:
    """The first address of a header that should have only one."""
    found = read(value)
    return found[0] if found else None


def _pieces(value: str) -> list[str]:
    """Cut at the commas and semicolons that stand outside quotes, brackets and comments."""
    if "," not in value and ";" not in value:
        return [value]
    pieces: list[str] = []
    piece: list[str] = []
    depth = 0
    for mark in _TOKEN.findall(value):
        if mark in "()":
            depth = max(0, depth + (1 if mark == "(" else -1))
        if mark in ",;" and not depth:
            pieces.append("".join(piece))
            piece = []
        else:
            piece.append(mark)
    pieces.append("".join(piece))
    if len(pieces) > 4 * ADDRESSES:
        raise MailRefused("A header of this mail has more than 1,000 addresses.")
    if ":" in value and ";" in value:
        return [_GROUP.sub("", piece) for piece in pieces]
    return pieces


def _people(pieces: list[str]) -> Iterator[str]:
    """Somebody may have forgotten the commas: `Jane <jane@x> Joe <joe@x>`, `jane@x joe@x`."""
    for piece in pieces:
        if piece.count("@") < 2:
            yield piece
            continue
        words = piece.split()
        if len(words) > 1 and all("@" in word.strip("@") for word in words) and not set(piece) & set('<"(='):
            yield from words
        elif piece.count("<") > 1:
            yield from _apart(_TOKEN.findall(piece))
        else:
            yield piece


def _apart(marks: list[str]) -> Iterator[str]:
    """One text for each address in brackets: what stands between two of them is the second one's name."""
    one: list[str] = []
    behind: list[str] = []
    is_whole, depth = False, 0
    for mark in marks:
        depth = max(0, depth + (mark == "(") - (mark == ")"))
        is_address = mark[0] == "<" and "@" in mark and not depth
        if is_whole and is_address:
            yield "".join(one)
            one, behind = [*behind, mark], []
        elif is_whole:
            behind.append(mark)
        else:
            one.append(mark)
            is_whole = is_address
    yield "".join([*one, *behind])


def _address(piece: str) -> Address | None:
    """One address out of `"Name" <address> (comment)` or whatever stands in its place."""
    if '"@' in piece and (quoted := _QUOTED_LOCAL.search(piece)):  # "two words"@x.test
        name, _, comment = _take_apart(piece.replace(quoted[0], " ", 1))
        return Address(one_line(encoded_words.decode(name or comment)), one_line(quoted[1]))
    name, email, comment = _take_apart(piece)
    if not email:
        if "@" in name:
            name = _without_blanks(name)
        email = _bare(_WORD.sub(" ", name))
        if not email and "<>" in piece and name:  # "Mail Delivery System <>"
            return Address(one_line(encoded_words.decode(name)), "")
        if not email:
            if not name and '""' in piece:  # "" (Mail Delivery System)
                return Address(one_line(encoded_words.decode(comment)), "")
            return _hidden_in_words(name)
        name = _LEFT_OVER.sub("", name.replace(email, " ", 1))
    name = one_line(encoded_words.decode(name)) or one_line(encoded_words.decode(comment))
    return Address(name, _cleaned(email))


def _without_blanks(name: str) -> str:
    """`jane @ x . test` -> `jane@x.test`"""
    name = _BLANKS_AT_SIGN.sub("@", name)
    at = name.index("@")
    return name[:at] + _BLANKS_AT_DOT.sub(".", name[at:])


def _bare(text: str) -> str:
    """The first thing in a text that looks like an address without its brackets."""
    if "@" not in text:
        return ""
    words = _NO_ADDRESS.split(text)
    return next((word for word in words if "@" in word.strip("@")), "")


def _take_apart(piece: str) -> tuple[str, str, str]:
    names: list[str] = []
    comments: list[str] = []
    email, depth = "", 0
    for mark in _TOKEN.findall(piece):
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth = max(0, depth - 1)
        elif depth:
            comments.append(mark[-1] if mark[0] == "\\" else mark)
        elif mark[0] == "<":
            email = email if "@" in email and "@" not in mark else mark.strip("<> \t")
        elif mark[0] == '"' and len(mark) > 1:
            names.append(_ESCAPED.sub(r"\1", mark[1:-1]))
        else:
            names.append(mark.strip(">"))
    return "".join(names).strip(" \t"), email, "".join(comments)


def _hidden_in_words(name: str) -> Address | None:
    """The whole "Name <address>" was encoded, or there is only a local name (root)."""
    decoded = one_line(encoded_words.decode(name))
    if not decoded:
        return None
    if decoded != name and "@" in decoded:
        name, email, comment = _take_apart(decoded)
        if bare := _bare(email or name):
            rest = name.replace(bare, "", 1).strip()
            return Address(rest.strip("\"'") or comment, _cleaned(bare))
    return Address("", decoded)


def _cleaned(email: str) -> str:
    if "(" in email:
        email = _COMMENT.sub("", email)
    email = "".join(one_line(encoded_words.decode(email)).split())
    email = email[7:] if email.lower().startswith("mailto:") else email
    return _ROUTE.sub("", email).strip("'\"<>,;")
