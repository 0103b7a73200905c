"""One filled-in form, as it is kept in the ledger."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from tickets.files import NewFile

VERSION = 1


class NotASubmission(Exception):
    """The bytes are not what `pack` wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    key: str  # of the form that was shown: the same form, sent twice, is one submission
    email: str
    name: str
    subject: str
    text: str
    language: str
    is_proven: bool = False  # the customer was signed in, so the address is theirs
    filled_trap: str = ""  # what stood in the field that people do not see
    files: tuple[NewFile, ...] = ()

    def pack(self) -> bytes:
        files = [
            {"name": file.name, "type": file.content_type, "content": base64.b64encode(file.content).decode()}
            for file in self.files
        ]
        return json.dumps({"version": VERSION, **self._words(), "files": files}).encode()

    def _words(self) -> dict[str, Any]:
        words = ("key", "email", "name", "subject", "text", "language", "is_proven", "filled_trap")
        return {word: getattr(self, word) for word in words}

    @classmethod
    def unpack(cls, raw: bytes) -> Submission:
        """Raises NotASubmission."""
        try:
            values = json.loads(raw)
            values.pop("version")
            files = tuple(
                NewFile(
                    name=file["name"], content_type=file["type"], content=base64.b64decode(file["content"])
                )
                for file in values.pop("files")
            )
            return cls(**values, files=files)
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise NotASubmission from fault
