"""Deadlocks, locks held for long, no connection left: pages try again or say so, and all goes on afterwards."""

from __future__ import annotations

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from channels_inbox import intake, ledger
from channels_inbox.models import InboundPayload
from tests.channels_inbox.mails import accept, make_mail
from tests.make import make_agent, make_inbox, make_ticket
from tests.waiting import until
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
# Every twentieth change of a ticket ends in a deadlock. A sequence goes on whatever is rolled back.
DEADLOCKS = """
    CREATE SEQUENCE deadlocks;
    CREATE FUNCTION deadlock() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('deadlocks') % 20 = 0 THEN
            RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER deadlock BEFORE INSERT OR UPDATE ON tickets_ticket FOR EACH ROW EXECUTE FUNCTION deadlock();
"""
NO_DEADLOCKS = "DROP TRIGGER deadlock ON tickets_ticket; DROP FUNCTION deadlock; DROP SEQUENCE deadlocks"


@pytest.fixture
def agent_client() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_agent())
    return client


@pytest.fixture
def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCKS)
    yield lambda: _count("SELECT last_value / 20 FROM deadlocks")
    with connection.cursor() as cursor:
        cursor.execute(NO_DEADLOCKS)


def _count(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def test_fault28_a_deadlock_now_and_then_is_no_error_for_anybody(agent_client, deadlocks):
    for n in range(30):
        accept(
            make_inbox(address=f"desk{n}@desk.test", acknowledge=False),
            make_mail(sender=f"p{n}@elsewhere.test"),
        )
    until(lambda: intake.process_due() == 0 and not back_off_has_passed())
    answers = []
    for ticket in Ticket.objects.order_by("pk"):
        answers += [
            agent_client.post(f"/t/{ticket.number}/priority/", {"priority": 4, "was": 2}).status_code,
            agent_client.post(f"/t/{ticket.number}/take/", {"was": ""}).status_code,
        ]

    assert deadlocks() >= 3
    assert answers == [302] * 60
    assert Ticket.objects.filter(priority=4, assignee__isnull=False).count() == 30
    assert Message.objects.count() == 30
    assert ledger.check().findings == []


def back_off_has_passed() -> int:
    return InboundPayload.objects.filter(state="retry").update(next_at="2000-01-01T00:00Z")


def test_fault29_who_waits_for_a_lock_is_told_and_other_tickets_can_be_used(agent_client):
    locked, other = make_ticket(), make_ticket()
    assert _count("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'") == 10_000
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    try:
        with psycopg.connect(settings.DATABASE_URL) as somebody:
            somebody.execute("SELECT FROM tickets_ticket WHERE id = %s FOR UPDATE", [locked.pk])

            refused = agent_client.post(f"/t/{locked.number}/take/", {"was": ""})
            taken = agent_client.post(f"/t/{other.number}/take/", {"was": ""})
            seen = agent_client.get(locked.get_absolute_url())
            api = agent_client.post(f"/t/{locked.number}/take/", {"was": ""}, headers={"HX-Request": "true"})

        assert (refused.status_code, refused["Retry-After"]) == (503, "10")
        assert "does not answer just now" in refused.content.decode()
        assert (api.status_code, "desk:toast" in api["HX-Trigger"]) == (503, True)
        assert (taken.status_code, seen.status_code) == (302, 200)
        assert agent_client.post(f"/t/{locked.number}/take/", {"was": ""}).status_code == 302
    finally:
        connection.close()


def test_fault27_without_a_free_connection_pages_say_so_and_recover(agent_client):
    ticket = make_ticket()
    name = connection.settings_dict["NAME"]
    beside = settings.DATABASE_URL.rpartition("/")[0] + "/postgres"
    with psycopg.connect(beside, autocommit=True) as admin:
        connection.close()
        admin.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        try:
            refused = agent_client.get(ticket.get_absolute_url())
            ready = agent_client.get("/readyz")
        finally:
            admin.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')

    assert (refused.status_code, refused["Retry-After"]) == (503, "10")
    assert ready.status_code == 503
    assert agent_client.get(ticket.get_absolute_url()).status_code == 200
