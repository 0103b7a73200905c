"""Redis is emptied again and again while mail comes in: every ring may be lost, no message is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.conf import settings
from django.test import Client

from channels_inbox import doorbell
from channels_inbox.models import InboundPayload, MessageDelivery
from helpdesk.embedded.layout import PROJECT
from tests.channels_inbox.mails import accept, make_mail
from tests.make import make_agent, make_customer, make_ticket
from tests.tickets.portal import customer_client
from tests.waiting import until


@contextmanager
def celery(*arguments: str) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "-A", "helpdesk", *arguments]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "CLAIM_LEASE_SECONDS": "5"}
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_fault22_everything_arrives_though_the_broker_forgets_everything(desk_under_test, tmp_path: Path):
    broker = redis.Redis.from_url(settings.REDIS_URL)
    worker = ("worker", "-P", "threads", "-c", "2", "--without-gossip", "--without-mingle", "-l", "error")
    with celery(*worker), celery("beat", "--pidfile=", "-s", str(tmp_path / "beat"), "-l", "error"):
        for number in range(60):
            accept(
                desk_under_test.inbox,
                make_mail(sender=f"p{number}@elsewhere.test", to=desk_under_test.inbox.address),
            )
            doorbell.ring(doorbell.PROCESS_PAYLOADS)
            broker.flushall()

        until(lambda: InboundPayload.objects.filter(state="done").count() == 60)
        until(lambda: MessageDelivery.objects.filter(state="sent").count() == 60)

    assert len(desk_under_test.servers.smtp.received) == 60


def test_fault22_who_is_signed_in_stays_signed_in(db):
    agent, customer = Client(), make_customer()
    agent.force_login(make_agent())
    ticket = make_ticket(requester=customer)
    portal = customer_client(customer)

    redis.Redis.from_url(settings.REDIS_URL).flushall()

    assert agent.get("/inbox/all/").status_code == 200
    assert portal.get(f"/requests/{ticket.number}/").status_code == 200
