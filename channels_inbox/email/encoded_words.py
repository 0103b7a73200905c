"""Encoded words in headers (RFC 2047), also in the broken forms that mailers send.

Decoded once only: a word that decodes to another encoded word stays as it then
reads, for double encoding is how things get smuggled past a first reading.
"""

from __future__ import annotations

import binascii
import re

from channels_inbox.email import charsets

# The text of a word may hold spaces and question marks, though it must not. It ends before
# the next "=?", so that a header full of openings without ends is still read in one pass.
_WORD = re.compile(
    r"=\?[ ]?(?P<charset>[^?\s*]{0,60})(?:\*[^?\s]{0,40})?[ ]?\?(?P<encoding>[bBqQ])\?"
    r"(?P<text>(?:(?!=\?(?!=)).)*?)(?:\?=|\?$|$)",
    re.DOTALL,
)
_HEX_PAIR = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def decode(value: str) -> str:
    """Decode all encoded words in a header's value; what is none stays as it is."""
    if "=?" not in value:
        return value
    read: list[str] = []
    run = _Run()
    position = 0
    for word in _WORD.finditer(value):
        between = value[position : word.start()]
        position = word.end()
        if between.strip() or (between and not run.open):
            read += [run.flush(), between]
        if word[0].endswith("?=") or not _has_blank(word["text"]):
            run.add(word, read)
        else:  # an opening that was never one
            read += [run.flush(), word[0]]
    read += [run.flush(), value[position:]]
    return "".join(read)


def _has_blank(text: str) -> bool:
    return any(blank in text for blank in " \t\n")


class _Run:
    """Neighbouring words of one charset, whose bytes are joined before they are read.

    Mailers cut words in the middle of a character; only the joined bytes make sense.
    """

    def __init__(self) -> None:
        self.charset = ""
        self.data = b""
        self.open = False

    def add(self, word: re.Match[str], read: list[str]) -> None:
        charset = word["charset"].lower()
        if self.open and charset != self.charset:
            read.append(self.flush())
        data = _bytes_of(word["text"], word["encoding"].lower())
        self.charset, self.data, self.open = charset, self.data + data, True

    def flush(self) -> str:
        text = charsets.decode(self.data, self.charset) if self.open else ""
        self.charset, self.data, self.open = "", b"", False
        return text


def _bytes_of(text: str, encoding: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding == "q":
        return _HEX_PAIR.sub(lambda pair: bytes([int(pair[1], 16)]), raw.replace(b"_", b" "))
    return b"".join(_base64(piece) for piece in raw.split(b"=") if piece)


def _base64(piece: bytes) -> bytes:
    """Decode one run of base64 without its padding; a lone last letter holds no byte."""
    piece = _NOT_BASE64.sub(b"", piece.replace(b"-", b"+").replace(b"_", b"/"))
    if len(piece) % 4 == 1:
        piece = piece[:-1]
    return binascii.a2b_base64(piece + b"=" * (-len(piece) % 4))
