"""The text of an RTF document: what a reader sees, without its looks.

Groups that only describe (fonts, colours, HTML tags that Outlook hid in them) are
skipped. Reads in one pass; broken RTF gives as much text as can be found.
"""

from __future__ import annotations

import re
from itertools import islice

from channels_inbox.email import charsets
from channels_inbox.email.limits import TEXT_CHARS

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL
)
_DESCRIPTIONS = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer headerl headerr footerl footerr listtable"
    b" listoverridetable rsidtbl generator themedata colorschememapping latentstyles datastore xmlnstbl".split()
)
_LETTERS = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n",
    b"page": "\n",
    b"row": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
}
_SYMBOLS = {b"~": "\xa0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
_DEEPEST = 200
_MOST_TOKENS = 500_000  # far more than a text of TEXT_CHARS has


def read(rtf: bytes) -> str:
    """The text of a document; "" if this is no RTF."""
    if rtf.lstrip()[:5] != rb"{\rtf":
        return ""
    reader = _Reader()
    for token in islice(_TOKEN.finditer(rtf), _MOST_TOKENS):
        reader.take(token)
        if reader.length > TEXT_CHARS:
            break
    return reader.text()


class _Reader:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.bytes = bytearray()  # of the document's code page, to be read together
        self.codepage = "cp1252"
        self.hidden = [False]  # of each open group
        self.fallback = 0  # characters that only stand in for the one before
        self.replacement = 1

    def take(self, token: re.Match[bytes]) -> None:
        word, number, code, symbol, brace, letters = token.groups()
        if brace:
            self._group(brace)
        elif word:
            self._word(word, int(number) if number else None)
        elif symbol == b"*":
            self.hidden[-1] = True
        elif symbol is not None:
            self._say(_SYMBOLS.get(symbol, ""))
        elif code:
            self._byte(bytes([int(code, 16)]))
        elif letters:
            self._byte(letters)

    def text(self) -> str:
        self._flush()
        text = "".join(self.pieces).replace("\0", "")  # its \u words are halves of pairs beyond U+FFFF
        return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _group(self, brace: bytes) -> None:
        self.fallback = 0
        if brace == b"{":
            if len(self.hidden) < _DEEPEST:
                self.hidden.append(self.hidden[-1])
        elif len(self.hidden) > 1:
            self.hidden.pop()

    def _word(self, word: bytes, number: int | None) -> None:
        if word in _DESCRIPTIONS:
            self.hidden[-1] = True
        elif word == b"ansicpg" and number:
            self.codepage = charsets.codec_for(f"cp{number}") or "cp1252"
        elif word == b"uc":
            self.replacement = max(0, number or 0)
        elif word == b"u" and number is not None:
            self._say(chr(number % 0x10000))
            self.fallback = self.replacement
        elif word in _LETTERS:
            self._say(_LETTERS[word])

    def _byte(self, letters: bytes) -> None:
        skipped = min(self.fallback, len(letters))
        self.fallback -= skipped
        if not self.hidden[-1]:
            self.bytes += letters[skipped:]

    def _say(self, text: str) -> None:
        if not self.hidden[-1] and text:
            self._flush()
            self.pieces.append(text)
            self.length += len(text)

    def _flush(self) -> None:
        if self.bytes:
            text = bytes(self.bytes).decode(self.codepage, "replace")
            self.pieces.append(text)
            self.length += len(text)
            self.bytes.clear()
