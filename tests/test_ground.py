"""What tests may rely on: their own database, put back each time; a served desk; a watched browser."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request

import psycopg
import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from accounts.models import Role
from helpdesk.embedded import Services
from helpdesk.embedded.layout import PROJECT
from tests.plugin import run_token


@pytest.mark.django_db
def test_the_database_is_this_process_alone():
    assert connection.settings_dict["NAME"].startswith("test_")
    assert connection.settings_dict["NAME"] in os.environ["DATABASE_URL"]
    assert settings.MEDIA_ROOT.is_relative_to(os.environ["TEST_PLACE"])


@pytest.mark.parametrize("round_", [1, 2])
def test_what_migrations_wrote_is_there_again_after_the_tables_were_emptied(transactional_db, round_):
    assert Role.objects.filter(name="Admin").count() == 1
    assert ContentType.objects.exists()
    Role.objects.filter(name="Admin").delete()


def test_a_program_that_a_test_starts_sees_the_same_database(transactional_db):
    Role.objects.create(name="Seen from outside")

    code = "from accounts.models import Role; print(Role.objects.filter(name='Seen from outside').count())"
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", code],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "1"


def test_what_a_killed_run_left_behind_is_dropped_by_the_next():
    services = Services("test")
    with psycopg.connect(services.database_url, autocommit=True) as server:
        server.execute("create database test_0000dead_main")
        with run_token(services):
            names = {name for (name,) in server.execute("select datname from pg_database")}

    assert "test_0000dead_main" not in names
    assert f"test_{os.environ['TEST_RUN']}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}" in names


def test_the_live_desk_answers_over_http(live):
    with urllib.request.urlopen(f"{live.url}/readyz", timeout=10) as response:
        assert response.status == 200


def test_a_browser_test_fails_on_what_nobody_would_have_seen(live, page, watch):
    page.goto(f"{live.url}/healthz")
    page.evaluate("console.error('a word to the console')")
    page.evaluate("setTimeout(() => { throw new Error('a script that breaks') })")
    page.evaluate("fetch('/no-such-page')")
    page.evaluate("fetch('http://127.0.0.1:1/').catch(() => null)")
    page.wait_for_timeout(0)
    page.wait_for_function("performance.getEntriesByType('resource').length >= 2")

    faults = "\n".join(watch.unexpected())
    watch.allow(".*")

    assert "a word to the console" in faults
    assert "a script that breaks" in faults
    assert "404 GET" in faults
    assert "ERR_" in faults
