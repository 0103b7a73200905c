"""Redis does not answer for minutes: pages work, mail comes in and goes out, and nothing has to be started anew."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from helpdesk.embedded import Valkey
from tests.make import make_agent, make_customer, make_ticket
from tests.tickets.portal import customer_client


@pytest.fixture
def redis_down() -> Iterator[Valkey]:
    """The test's own server, killed; at the end there is a new one."""
    socket = Path(settings.REDIS_URL.removeprefix("unix://").partition("?")[0])
    server = Valkey(Path(os.environ["TEST_PLACE"]), socket, throw_away=True, dies_with_us=True)
    os.kill(server.process_id(), signal.SIGKILL)
    yield server
    server.start()


def test_fault23_pages_are_there_without_it(db, redis_down):
    agent, customer = Client(), make_customer()
    agent.force_login(make_agent(role="Admin"))
    ticket = make_ticket(requester=customer)
    portal = customer_client(customer)

    for path in ("/inbox/all/", ticket.get_absolute_url(), "/settings/", "/settings/channels/"):
        assert agent.get(path).status_code == 200, path
    assert portal.get(f"/requests/{ticket.number}/").status_code == 200
    assert Client().get("/login/").status_code == 200
