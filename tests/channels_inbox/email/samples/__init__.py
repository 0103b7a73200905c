"""Mails and pieces of mails, each under a name that says why it is here."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def cases(name: str) -> dict[str, str]:
    """The cases of a text file, each below a line `## its name`."""
    _, *sections = (HERE / name).read_text("utf-8").split("\n## ")
    return {title: text.strip("\n") for title, _, text in (section.partition("\n") for section in sections)}
