"""Plain text as it was typed: lines that a mail program broke are joined again (RFC 3676)."""

from __future__ import annotations


def unflow(text: str, *, delsp: bool) -> str:
    """Undo format=flowed. `delsp` says that the space at the end of a flowed line is no space."""
    lines: list[str] = []
    paragraph, depth = "", -1  # the flowed lines so far, and how deep they are quoted; -1: none
    for line in text.split("\n"):
        content = line.lstrip(">")
        quoted = len(line) - len(content)
        content = content.removeprefix(" ")
        if content == "-- " or quoted != depth:  # a signature's mark is never flowed
            if depth >= 0:
                lines.append(_quoted(paragraph, depth))
            paragraph, depth = "", -1
        if content.endswith(" ") and content != "-- ":
            paragraph += content[:-1] if delsp else content
            depth = quoted
        else:
            lines.append(_quoted(paragraph + content, quoted))
            paragraph, depth = "", -1
    if depth >= 0:
        lines.append(_quoted(paragraph, depth))
    return "\n".join(lines)


def _quoted(content: str, depth: int) -> str:
    return f"{'>' * depth} {content}" if depth else content
