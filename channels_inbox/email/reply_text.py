"""What did the sender write just now, and what is history or signature?

Works on lines with marks, so plain text and HTML (see `reply_html`) are judged by
the same rules. Every line gets a verdict and none is lost: what is not visible is
kept, folded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from channels_inbox.email import reply_shapes, signature_shapes
from channels_inbox.email.limits import TEXT_CHARS
from channels_inbox.email.reply_shapes import Cut, Mark

_LINES = 5_000  # history is looked for in these; the rest shares the last verdict
_SIGNATURE_LINES = 25
_BELOW_MOBILE = 3
_WRAPPED_FROM, _WRAPPED_AT = 60, 72  # columns
_LINK_LEFT_OVER = re.compile(r"^[(<\[]?https?://\S+[)>\]]?\s*>?$|^(?=[^\s=?&%/]*+[=?&%/])\S*[)>]\s?>?$")


class Verdict(IntEnum):
    VISIBLE = 0
    QUOTED = 1
    SIGNATURE = 2


@dataclass(frozen=True, slots=True)
class Reply:
    visible: str
    quoted: str
    signature: str


def split(body: str, *, forwarded: bool = False) -> Reply:
    """Split a plain text body. `forwarded` (the subject says so) keeps header blocks visible."""
    lines = body[:TEXT_CHARS].replace("\xa0", " ").split("\n")
    marks = [Mark.QUOTED if _is_quoted(line) else Mark.PLAIN for line in lines]
    verdicts = judge(lines, marks, forwarded=forwarded)
    if len(body) > TEXT_CHARS:
        lines[-1] += body[TEXT_CHARS:]
    return Reply(*(gather(lines, verdicts, wanted) for wanted in Verdict))


def _is_quoted(line: str) -> bool:
    return line.lstrip()[:1] == ">" and not line.startswith(">From ")  # which mail servers write for "From "


def gather(lines: Sequence[str], verdicts: Sequence[Verdict], wanted: Verdict) -> str:
    """The lines of one verdict; where others stood between them, one blank line remains."""
    gathered: list[str] = []
    gap = False
    for line, verdict in zip(lines, verdicts, strict=True):
        if verdict is not wanted:
            gap = True
        elif line.strip() or not gap:
            if gap and gathered and gathered[-1].strip():
                gathered.append("")
            gathered.append(line)
            gap = False
    return "\n".join(gathered).strip()


def judge(lines: Sequence[str], marks: Sequence[Mark], *, forwarded: bool = False) -> list[Verdict]:
    """One verdict a line. There is always something visible unless all of it is a marked quote."""
    verdicts = [Verdict.VISIBLE] * min(len(lines), _LINES)
    _Judge(lines[:_LINES], marks[:_LINES], verdicts, forwarded).read(0)
    if len(lines) > _LINES:
        verdicts += [verdicts[-1]] * (len(lines) - _LINES)
    return verdicts


class _Judge:
    def __init__(
        self, lines: Sequence[str], marks: Sequence[Mark], verdicts: list[Verdict], forwarded: bool
    ) -> None:
        self.lines, self.marks, self.verdicts, self.forwarded = lines, marks, verdicts, forwarded

    def read(self, start: int) -> None:
        """Judge the lines from `start` on; a quote in the middle leads to another round below it."""
        while 0 <= start < len(self.lines):
            cut = reply_shapes.first_cut(self.lines, self.marks, start, forwarded=self.forwarded)
            if cut is None:
                self._sign(start, len(self.lines))
                return
            start = self._rest(cut, start) if cut.quote < 0 else self._quote(cut, start)

    def _rest(self, cut: Cut, start: int) -> int:
        """All below is history, unless nothing stands above: then it is a forward or a form."""
        if not self._filled(0, cut.at) and Verdict.QUOTED not in self.verdicts[:start]:
            self._sign(start, len(self.lines))
            return -1
        self._set(cut.at, len(self.lines), Verdict.QUOTED)
        self._sign(start, cut.at)
        return -1

    def _quote(self, cut: Cut, start: int) -> int:
        """A quote with its own marks: what is written between or below it is new."""
        last, between = self._extent(cut.quote)
        if between:  # answers among the questions: neither makes sense alone
            self._sign(last + 1, len(self.lines))
            return -1
        below = self._filled(last + 1, len(self.lines))
        attributed = cut.at < cut.quote
        if below and not attributed and self._filled(0, cut.at):
            return last + 1  # somebody quotes two lines inside of what they say
        self._set(cut.at, last + 1 if below else len(self.lines), Verdict.QUOTED)
        self._sign(start, cut.at)
        return last + 1 if below else -1

    def _extent(self, first: int) -> tuple[int, bool]:
        """The last line of the quotes from `first` on, and whether anything new stands between them."""
        last, between, fresh = first, False, 0
        for at in range(first + 1, len(self.lines)):
            if self.marks[at] in (Mark.QUOTED, Mark.ATTRIBUTION):
                if fresh and not self._belongs(last + 1, at):
                    between = True
                last, fresh = at, 0
            elif self.lines[at].strip():
                fresh += 1
        return last, between

    def _belongs(self, start: int, end: int) -> bool:
        """A line inside a quote that a mail program wrapped and forgot to mark, or a nested attribution."""
        if end - start == 1:
            before, line = self.lines[start - 1], self.lines[start].strip()
            if _LINK_LEFT_OVER.match(line):
                return True
            needs = len(before) + 1 + len(line.partition(" ")[0])  # for one more word
            return (
                max(needs - _WRAPPED_AT, len(before) - _WRAPPED_FROM) >= 0 and before[-1] not in ".?!:。？！"
            )
        filled = [line.strip() for line in self.lines[start:end] if line.strip()]
        return (
            len(filled) <= 3
            and filled[-1].endswith((":", "："))
            and any(c.isdigit() for c in "".join(filled))
        )

    def _sign(self, start: int, end: int) -> None:
        """Set the signature at the end of these lines apart, if something stands above it."""
        at = self._signature(start, end)
        if at is not None and self._filled(0, at):
            self._set(at, end, Verdict.SIGNATURE)

    def _signature(self, start: int, end: int) -> int | None:
        found, filled_below = None, 0
        for at in range(end - 1, start - 1, -1):
            line = self.lines[at]
            if not line.strip():
                continue
            if (
                (line.rstrip() == "--" and (line == "-- " or end - at <= _SIGNATURE_LINES))
                or self.marks[at] is Mark.SIGNATURE
                or signature_shapes.is_list_footer(self.lines, at, end)
                or (filled_below <= _BELOW_MOBILE and signature_shapes.is_mobile_signature(line))
            ):
                found = at
            filled_below += 1
        return found

    def _filled(self, start: int, end: int) -> bool:
        """Is there anything new between these lines?"""
        return any(
            self.lines[at].strip()
            and self.verdicts[at] is Verdict.VISIBLE
            and self.marks[at] is not Mark.QUOTED
            for at in range(start, end)
        )

    def _set(self, start: int, end: int, verdict: Verdict) -> None:
        self.verdicts[start:end] = [verdict] * (end - start)
