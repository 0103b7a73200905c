"""A migration is killed half-way: the next one finishes it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings

from helpdesk.embedded.layout import PROJECT

MIGRATE = [sys.executable, "-u", "manage.py", "migrate", "--noinput"]
KILLED_AT = "Applying channels_inbox."


@pytest.fixture
def empty_database() -> Iterator[dict[str, str]]:
    server, _slash, name = settings.DATABASE_URL.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}_empty"')
        yield os.environ | {"DATABASE_URL": f"{server}/{name}_empty"}
        admin.execute(f'DROP DATABASE "{name}_empty" WITH (FORCE)')


def test_fault40_a_migration_that_is_killed_half_way_is_finished_by_the_next(empty_database):
    with subprocess.Popen(
        MIGRATE, cwd=PROJECT, env=empty_database, stdout=subprocess.PIPE, text=True
    ) as migrating:
        assert any(KILLED_AT in line for line in migrating.stdout)
        migrating.kill()

    subprocess.run([*MIGRATE, "-v0"], cwd=PROJECT, env=empty_database, check=True)

    assert shape_of(empty_database["DATABASE_URL"]) == shape_of(settings.DATABASE_URL)


def shape_of(address: str) -> list[tuple]:
    question = """
        SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT conrelid::regclass::text, conname, contype::text FROM pg_constraint
        ORDER BY 1, 2, 3
    """
    with psycopg.connect(address) as desk:
        return desk.execute(question).fetchall()
