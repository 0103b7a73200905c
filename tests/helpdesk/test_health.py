"""The three addresses for machines that watch."""

from __future__ import annotations

import os
import signal

import pytest

from helpdesk import health
from helpdesk.embedded import Services


def test_alive_without_asking_anybody(client, settings):
    settings.ALLOWED_HOSTS = []
    settings.SECURE_SSL_REDIRECT = True

    response = client.get("/healthz", headers={"host": "10.0.0.7"})

    assert (response.status_code, response.content) == (200, b"alive\n")
    assert response["Cache-Control"] == "no-store"


def test_ready_when_the_database_answers_and_is_migrated(client):
    response = client.get("/readyz")

    assert response.json() == {"database": "ok", "migrations": "ok"}


def test_not_ready_while_a_migration_waits(client, monkeypatch):
    newer = health.newest_migrations() | {("tickets", "9999_from_tomorrow")}
    monkeypatch.setattr(health, "newest_migrations", lambda: newer)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "migrations": ["tickets.9999_from_tomorrow"]}


def test_an_empty_database_waits_for_all_migrations(client, settings, services_home):
    with Services("test", base=services_home).running() as services:
        settings.DATABASE_URL = services.database_url
        response = client.get("/readyz")

    assert response.status_code == 503
    assert any(name.startswith("tickets.") for name in response.json()["migrations"])


def test_not_ready_without_a_database(client, settings):
    settings.DATABASE_URL = "postgresql://nobody@127.0.0.1:1/none"

    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"database": "no answer"})


def test_not_ready_while_the_database_hangs(client, settings, services_home):
    services = Services("test", base=services_home)
    with services.running():
        settings.DATABASE_URL = services.database_url
        os.kill(services.postgres.process_id(), signal.SIGSTOP)
        try:
            response = client.get("/readyz")
        finally:
            os.kill(services.postgres.process_id(), signal.SIGCONT)

    assert response.status_code == 503


@pytest.mark.django_db
def test_this_machine_may_read_the_gauges(client):
    response = client.get("/metrics")

    assert response.status_code == 200
    assert b"helpdesk_database_up 1.0" in response.content
    assert b"helpdesk_inbound_oldest_seconds 0.0" in response.content
    assert b"helpdesk_outbox_overdue_seconds 0.0" in response.content
    assert b'helpdesk_events{state="waiting"} 0.0' in response.content


def test_others_may_not(client):
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert client.get("/metrics", headers={"x-forwarded-for": "192.0.2.7"}).status_code == 403


@pytest.mark.django_db
def test_with_a_token_only_the_token_counts(client, settings):
    settings.METRICS_TOKEN = "a-long-token"

    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 403
    right = client.get("/metrics", headers={"authorization": "Bearer a-long-token"}, REMOTE_ADDR="192.0.2.7")
    assert right.status_code == 200
