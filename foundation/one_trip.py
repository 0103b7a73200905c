"""Several questions to PostgreSQL in one trip, and models made of the rows that come back.

For pages that are opened all day: waiting for one answer before the next question is asked takes longer there than
the answers themselves, and Django takes longer to put a question together than PostgreSQL to answer it. Everywhere
else a queryset says it better.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

AModel = TypeVar("AModel", bound=Model)
Row = tuple[Any, ...]
# SQL with psycopg's placeholders, and what stands in them.
Question = tuple[str, Sequence[Any] | Mapping[str, Any]]
NOTHING: Question = ("select where false", ())


def ask(*questions: Question) -> list[list[Row]]:
    """The rows of each question. They are asked in this order; each sees what was committed before it."""
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(cursor.mogrify(*question) for question in questions))
        answers = [cursor.fetchall()]
        while cursor.nextset():
            answers.append(cursor.fetchall())
    return answers


# ---- A queryset that is put together once

# Stands for a number while the queryset is compiled: one that no table reaches.
STAND_IN = 10**15


def kept(build: Callable[..., QuerySet[Any, Any]], key: Hashable, *numbers: int) -> Question:
    """The question of `build(key, *numbers)`, compiled once for each key.

    `numbers` may only be compared with (a primary key, a ticket's number): the same SQL is used for all of them.
    `key` has to be everything else that the queryset depends on.
    """
    sql, parameters = _compiled(build, key, len(numbers))
    if not parameters:
        return sql, ()
    given = {STAND_IN + place: number for place, number in enumerate(numbers)}
    return sql, [given.get(each, each) if isinstance(each, int) else each for each in parameters]


@lru_cache(1024)
def _compiled(build: Callable[..., QuerySet[Any, Any]], key: Hashable, numbers: int) -> Question:
    queryset = build(key, *range(STAND_IN, STAND_IN + numbers))
    try:
        return queryset.query.sql_with_params()
    except EmptyResultSet:
        return NOTHING


# ---- Models of rows


@cache
def columns(model: type[Model], alias: str) -> str:
    """All columns of a model for a select list, in the order that `instance` expects."""
    return ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields)


def instance(model: type[AModel], row: Row) -> AModel:
    """A model out of a row that begins with its `columns`. What follows them is left to the caller."""
    names, conversions = _reading(model)
    values = list(row[: len(names)])
    for place, convert in conversions:
        values[place] = convert(values[place], None, connection)
    return model.from_db(connection.alias, names, values)


# Models that stand beside each other in one row, each with the path that leads to it from the first.
Joined = tuple[tuple[type[Model], str], ...]


@cache
def fields(joined: Joined) -> list[str]:
    """What to name in values_list for `instances`."""
    return [
        f"{path}__{field.attname}" if path else field.attname
        for model, path in joined
        for field in model._meta.concrete_fields
    ]


def instances(joined: Joined, row: Row) -> list[Any]:
    """One model for each; None for what is not there."""
    found: list[Any] = []
    for model, _path in joined:
        width = len(_reading(model)[0])
        found.append(instance(model, row) if row[0] is not None else None)
        row = row[width:]
    return found


Conversion = Callable[[Any, Any, Any], Any]


@cache
def _reading(model: type[Model]) -> tuple[list[str], list[tuple[int, Conversion]]]:
    own = model._meta.concrete_fields
    conversions = [
        (place, field.from_db_value) for place, field in enumerate(own) if hasattr(field, "from_db_value")
    ]
    return [field.attname for field in own], conversions
