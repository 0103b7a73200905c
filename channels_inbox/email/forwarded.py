"""A mail that somebody forwards in the text of their own: who wrote it, about what, and what the forwarder says above.

Programs put a line above it ("---------- Forwarded message ---------"), a header block, or both; Apple's and some
others quote it, too. Only where a block names its sender by address is it known whose mail it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels_inbox.email import addresses, header_blocks, reply_shapes, reply_text, vocabulary
from channels_inbox.email.html_lines import HtmlLines
from channels_inbox.email.limits import MailRefused
from channels_inbox.email.parsed import Address, Forwarded
from channels_inbox.email.reply_text import Reply

LINES = 400  # so far down the block is looked for
_BLANKS_ABOVE_BLOCK = 4
_QUOTE_SIGN = re.compile(r"^\s?> ?")
_PREFIX = vocabulary.any_of(
    f"{vocabulary.FORWARD_SUBJECTS} / re / aw / sv / antw", before=r"^\s*(?:", after=r"\s?[:：]\s*)+"
)
_FORWARDED = vocabulary.any_of(vocabulary.FORWARDED)
_MAILTO = re.compile(r"(?i)[\[<(]?\s*mailto:\s*([^\s>\])]+)\s*[\])>]?")


def read(plain: str, html: str, subject: str, *, by_subject: bool) -> Forwarded | None:
    """`by_subject` says that the subject is that of a forward: then a header block is one, without any line above."""
    document = HtmlLines(html) if html else None
    lines = document.lines if document and document.lines else plain.split("\n")
    place = _place(lines, by_subject=by_subject)
    if place is None:
        return None
    above, begins = place
    block = header_blocks.read([_unquoted(line) for line in lines], begins)
    sender = _sender(block.value_of(header_blocks.FROM))
    if sender is None:
        return None
    is_quoted = _is_quoted(lines[begins])
    below = lines[block.end :]
    body = reply_text.split("\n".join(map(_unquoted, below) if is_quoted else below).strip("\n"))
    keeps_html = document is not None and document.is_whole and document.lines and not is_quoted
    return Forwarded(
        sender=sender,
        subject=block.value_of(header_blocks.SUBJECT) or without_prefix(subject),
        text=body.visible,
        quoted_text=_folded(body),
        html=document.keep(lambda line: line >= block.end) if document and keeps_html else "",
        comment=reply_text.split("\n".join(lines[:above]).strip()).visible,
    )


def may_begin(line: str) -> bool:
    """A quick look at a line: could a mail program have written it above a forwarded mail?"""
    shape = _unquoted(line).strip()
    return (
        len(shape) > 6
        and (shape[0] in "-_=*‐‑–—" or shape[-1] in ":：")
        and _FORWARDED.search(shape) is not None
    )


def without_prefix(subject: str) -> str:
    """The subject without "Fwd:" and its kind, in any language."""
    return _PREFIX.sub("", subject).strip() or subject


def _place(lines: Sequence[str], *, by_subject: bool) -> tuple[int, int] | None:
    """Where the forwarder's own words end, and where the header block begins."""
    for at in range(min(len(lines), LINES)):
        line = _unquoted(lines[at])
        if not line.strip():
            continue
        ahead = [_unquoted(each) for each in lines[at : at + 30]]
        if reply_shapes.begins_a_forward(ahead, 0) or (by_subject and reply_shapes.is_rule(line)):
            if (block := _block_below(ahead)) is not None:
                return at, at + block
        elif (by_subject or _is_quoted(lines[at])) and header_blocks.begins(ahead, 0, led=True):
            return (at, at) if by_subject else None
    return None


def _block_below(ahead: Sequence[str]) -> int | None:
    for at in range(1, min(len(ahead), _BLANKS_ABOVE_BLOCK + 2)):
        if ahead[at].strip():
            return at if header_blocks.is_label(ahead[at]) else None
    return None


def _is_quoted(line: str) -> bool:
    return line.lstrip()[:1] == ">"


def _unquoted(line: str) -> str:
    return _QUOTE_SIGN.sub("", line, count=1) if _is_quoted(line) else line


def _sender(value: str) -> Address | None:
    """Outlook writes "Jane Doe [mailto:jane@x]", others "Jane Doe <jane@x> <mailto:jane@x>"."""
    value = _MAILTO.sub(r" <\1>", value[:500]) if "<" not in value else _MAILTO.sub("", value[:500])
    try:
        found = addresses.first(value)
    except MailRefused:
        return None
    return found if found and "@" in found.email else None


def _folded(body: Reply) -> str:
    return "\n\n".join(filter(None, [body.signature, body.quoted]))
