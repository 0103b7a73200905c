"""What there is to set at this desk, and where: the left column of the settings pages, and their search.

Each app names its own pages when it is ready, so that the column needs to know nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.side_nav import Group, Link

COUNTED = 999
COUNT_KEPT_FOR = 60  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    url_name: str
    title: str | Promise
    text: str | Promise  # one sentence: what one does there
    icon: str
    group: str
    permission: str  # who sees it: the same that the page itself asks for
    position: int
    words: tuple[str | Promise, ...]  # the settings on it, as people look for them
    waiting: Callable[[], int] | None = None  # how much there is to do on it

    @property
    def url(self) -> str:
        return reverse(self.url_name)

    @property
    def count(self) -> str:
        """What waits there, at most a minute old; "" where nothing does."""
        if self.waiting is None:
            return ""
        count = int(cache.get_or_set(f"settings:waiting:{self.url_name}", self.waiting, COUNT_KEPT_FOR) or 0)
        return f"{COUNTED}+" if count > COUNTED else str(count or "")

    def answers(self, question: str) -> bool:
        """Whether every word of the question is the beginning of a word about this page."""
        about = " ".join(str(part) for part in (self.title, self.text, *self.words)).casefold().split()
        return all(any(word.startswith(asked) for word in about) for asked in question.casefold().split())


GROUPS: dict[str, str | Promise] = {
    "desk": _("Desk"),
    "people": _("People"),
    "channels": _("Channels"),
    "repair": _("Repair"),
}
PAGES: list[Page] = []


def register(
    url_name: str,
    *,
    title: str | Promise,
    text: str | Promise,
    icon: str,
    group: str,
    permission: str,
    position: int = 100,
    words: tuple[str | Promise, ...] = (),
    waiting: Callable[[], int] | None = None,
) -> None:
    """Name a page of settings. `group` is a key of GROUPS; `url_name` is reversed without arguments.

    `waiting` counts what there is to do on the page, no further than COUNTED + 1.
    """
    page = Page(
        url_name=url_name,
        title=title,
        text=text,
        icon=icon,
        group=group,
        permission=permission,
        position=position,
        words=words,
        waiting=waiting,
    )
    PAGES.append(page)
    PAGES.sort(key=lambda each: (list(GROUPS).index(each.group), each.position, each.url_name))


def recount(url_name: str) -> None:
    """Something was done on this page: count anew what waits there."""
    cache.delete(f"settings:waiting:{url_name}")


def pages_for(may: Callable[[str], bool], question: str = "") -> list[Page]:
    """The pages a person may open, all of them or those that answer a question."""
    return [page for page in PAGES if may(page.permission) and page.answers(question)]


def groups_for(may: Callable[[str], bool], *, here: str = "") -> tuple[Group, ...]:
    """The left column. `here` is the path of the page that is open."""
    groups = []
    for key, title in GROUPS.items():
        items = tuple(_link(page, here) for page in pages_for(may) if page.group == key)
        if items:
            groups.append(Group(items, title=str(title)))
    return tuple(groups)


def _link(page: Page, here: str) -> Link:
    count = page.count
    return Link(
        page.url,
        str(page.title),
        page.icon,
        counted=count,
        urgent=bool(count),
        current=here.startswith(page.url),
    )
