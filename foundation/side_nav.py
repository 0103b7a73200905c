"""The shape of components/side_nav.html: groups of links down the left side of a page.

Tuples, because a page that looks the same is written once (desk_ui.same_for_all).
"""

from __future__ import annotations

from typing import NamedTuple


class Link(NamedTuple):
    url: str
    name: str
    icon: str
    counted: str = ""  # "12", "999+"; empty where there is nothing to count
    urgent: bool = False  # what is counted is a red badge
    current: bool = False


class Group(NamedTuple):
    items: tuple[Link, ...]
    title: str = ""
    at_end: bool = False
