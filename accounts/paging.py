"""Pages of a long list without counting it: each page begins where the last one ended, whatever was added since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)
SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the queries of the links to the pages beside it ("" at the ends)."""

    rows: list[Row]
    newer: str
    older: str


def newest_first(rows: QuerySet[Row], request: HttpRequest, *, size: int = SIZE) -> Page[Row]:
    """The page that the request's `before` or `after` names, by primary key, newest first."""
    before, after = _key(request, "before"), _key(request, "after")
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        has_newer, has_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        narrowed = rows if before is None else rows.filter(pk__lt=before)
        found = list(narrowed.order_by("-pk")[: size + 1])
        has_newer, has_older = before is not None, len(found) > size
        found = found[:size]
    return Page(
        found,
        newer=_link(request, after=found[0].pk) if found and has_newer else "",
        older=_link(request, before=found[-1].pk) if found and has_older else "",
    )


def _key(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def _link(request: HttpRequest, **place: Any) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    query.pop("after", None)
    for name, value in place.items():
        query[name] = str(value)
    return "?" + query.urlencode()
