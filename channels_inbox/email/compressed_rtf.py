"""Outlook's compressed RTF, back to RTF ([MS-OXRTFCP])."""

from __future__ import annotations

import struct

_HEADER = struct.Struct("<IIII")  # size of what follows, size once unpacked, kind, checksum
_COMPRESSED = 0x75465A4C  # "LZFu"
_PLAIN = 0x414C454D  # "MELA"
_DICTIONARY = 4_096
_LARGEST = 8 * 1024 * 1024
# Words that RTF is full of: the dictionary begins with them ([MS-OXRTFCP], 2.1.2.1)
_INITIAL = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def unpack(data: bytes) -> bytes:
    """The RTF, as far as it is whole; b"" if this is none."""
    if len(data) < _HEADER.size:
        return b""
    _, size, kind, _ = _HEADER.unpack_from(data)
    size = min(size, _LARGEST)
    if kind == _PLAIN:
        return data[_HEADER.size : _HEADER.size + size]
    return _inflated(data, _HEADER.size, size) if kind == _COMPRESSED else b""


def _inflated(data: bytes, at: int, size: int) -> bytes:
    """Runs of eight tokens behind a byte of flags: a letter, or a place and length in the last 4 KB."""
    window = bytearray(_INITIAL)
    start = len(_INITIAL)
    while at < len(data) and len(window) - start < size:
        flags, at = data[at], at + 1
        for bit in range(8):
            if at >= len(data):
                break
            if not flags >> bit & 1:
                window.append(data[at])
                at += 1
                continue
            if at + 1 >= len(data):
                return bytes(window[start:])
            reference, at = int.from_bytes(data[at : at + 2], "big"), at + 2
            place = reference >> 4
            if place == len(window) % _DICTIONARY:  # the end
                return bytes(window[start:])
            if not _copy(window, place, (reference & 15) + 2):
                return bytes(window[start:])
    return bytes(window[start : start + size])


def _copy(window: bytearray, place: int, length: int) -> bool:
    """Repeat what stands at that place of the ring; what is copied may be copied again at once."""
    back = (len(window) - place) % _DICTIONARY
    source = len(window) - (back or _DICTIONARY)
    if source < 0:
        return False
    for offset in range(length):
        window.append(window[source + offset])
    return True
