"""The files of a mail: named, unpacked, and told apart from pictures inside the text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from channels_inbox.email import headers, tnef, transfer
from channels_inbox.email.bodies import UnpackedFile
from channels_inbox.email.file_types import EXTENSIONS, STEMS, guessed_type
from channels_inbox.email.headers import one_line
from channels_inbox.email.mime import Part
from channels_inbox.email.parsed import Attachment

_CID = re.compile(r"\b[Cc][Ii][Dd]:([^\"'\s<>)]{1,300})")
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
_PATH = re.compile(r"^(?:[A-Za-z]:[\\/]|[\\/]|\.\.?[\\/]).*[\\/]|^[^/]*\\(?=[^\\]+$)", re.DOTALL)
_SLASHES = re.compile(r"[\\/]+")
_LONGEST_NAME = 200
_TNEF_TYPES = {"application/ms-tnef", "application/vnd.ms-tnef"}


def read(parts: Iterable[Part], unpacked: Iterable[UnpackedFile], html: str) -> list[Attachment]:
    """Make attachments of the parts that are files, in the order of the mail."""
    parts = list(parts)
    shown = _shown_in(html) if any("content-id" in part.headers for part in parts) else set()
    files: list[Attachment] = []
    for part in parts:
        files += _unwrapped(part, len(files) + 1) or [_attachment(part, shown, len(files) + 1)]
    files += [_uuencoded(file, len(files) + 1) for file in unpacked]
    return files


def _shown_in(html: str) -> set[str]:
    """The content ids that an HTML text shows in their places."""
    return {_normal_id(unquote(found)) for found in _CID.findall(html)}


def filename(name: str) -> str:
    """A file's name for people: no path, one line, nothing invisible, not endless."""
    name = one_line(name)
    name = (
        _SLASHES.sub("_", _PATH.sub("", name)).strip(". ")
        if "/" in name or "\\" in name
        else name.rstrip(". ")
    )
    if len(name) <= _LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    return (
        f"{stem[: _LONGEST_NAME - 20]}.{extension}" if dot and len(extension) < 20 else name[:_LONGEST_NAME]
    )


def _attachment(part: Part, shown: set[str], number: int) -> Attachment:
    content_id = _normal_id(part.headers.get("content-id"))
    content, name = part.content, _name(part)
    if not name and part.headers.get("content-transfer-encoding").strip().lower() in (
        "x-uuencode",
        "uuencode",
    ):
        found = transfer.uuencoded(part.encoded)
        name = filename(found.name) if found else ""
    return Attachment(
        filename=name or _made_up(part, number),
        content_type=part.content_type if _TYPE.fullmatch(part.content_type) else "application/octet-stream",
        content=content,
        content_id=content_id,
        inline=bool(content_id) and content_id in shown,
    )


def _name(part: Part) -> str:
    named = part.disposition_parameters.get("filename") or part.parameters.get("name")
    if not named and (place := part.headers.get("content-location")) and ":" not in place[:6]:
        named = unquote(place)
    if not named:
        named = part.disposition_parameters.get("name") or part.parameters.get("filename")
    return filename(named) if named else ""


def _made_up(part: Part, number: int) -> str:
    """A name for a part that brings none: of a forwarded mail its subject, else its kind."""
    extension = EXTENSIONS.get(part.content_type, "")
    if part.content_type in ("message/rfc822", "message/global"):
        content = part.content
        start = len(content) - len(content.lstrip(b"\r\n"))
        own, _ = headers.read(content, start, len(content))
        if subject := filename(own.line("subject")):
            return subject + extension
    stem = STEMS.get(part.content_type)
    return f"{stem or part.content_type.partition('/')[0]}{'' if stem else f'-{number}'}{extension or '.bin'}"


def _normal_id(content_id: str) -> str:
    return "".join(content_id.split()).strip("<>")


def _uuencoded(file: UnpackedFile, number: int) -> Attachment:
    name = filename(file.name) or f"file-{number}.bin"
    return Attachment(filename=name, content_type=guessed_type(name), content=file.content)


def is_tnef(part: Part) -> bool:
    return part.content_type in _TNEF_TYPES or _name(part).lower() in ("winmail.dat", "win.dat")


def _unwrapped(part: Part, number: int) -> list[Attachment]:
    """What Outlook packed into a winmail.dat, which nobody else can open."""
    if not is_tnef(part) or not (packed := tnef.read(part.content)):
        return []
    return [
        Attachment(
            filename=filename(file.name) or f"file-{number + offset}.bin",
            content_type=file.content_type if _TYPE.fullmatch(file.content_type) else guessed_type(file.name),
            content=file.content,
            content_id=_normal_id(file.content_id),
        )
        for offset, file in enumerate(packed.files)
    ]
