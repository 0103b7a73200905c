"""Redis does not answer for minutes: pages work, mail comes in and goes out, and nothing has to be started anew."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from channels_inbox.models import InboundPayload, MessageDelivery
from helpdesk.embedded import Valkey
from tests.channels_inbox.mails import accept, make_mail
from tests.make import make_agent, make_customer, make_ticket
from tests.reliability.desk_under_test import write_and_ring
from tests.tickets.portal import customer_client
from tests.waiting import until


@pytest.fixture
def server() -> Iterator[Valkey]:
    """The test's own; at the end there is one that runs."""
    socket = Path(settings.REDIS_URL.removeprefix("unix://").partition("?")[0])
    server = Valkey(Path(os.environ["TEST_PLACE"]), socket, throw_away=True, dies_with_us=True)
    yield server
    server.start()


def kill(server: Valkey) -> None:
    os.kill(server.process_id(), signal.SIGKILL)
    until(lambda: not server.is_ready())


def test_fault23_pages_are_there_without_it(db, server):
    kill(server)
    agent, customer = Client(), make_customer()
    agent.force_login(make_agent(role="Admin"))
    ticket = make_ticket(requester=customer)
    portal = customer_client(customer)

    for path in ("/inbox/all/", ticket.get_absolute_url(), "/settings/", "/settings/channels/"):
        assert agent.get(path).status_code == 200, path
    assert portal.get(f"/requests/{ticket.number}/").status_code == 200
    assert Client().get("/login/").status_code == 200


def test_fault23_mail_goes_in_and_out_without_it_and_nothing_is_started_anew(
    desk_under_test, server, start_worker
):
    worker, inbox = start_worker(), desk_under_test.inbox
    until(write_and_ring(inbox), unless=worker.poll)
    kill(server)

    accept(inbox, make_mail(sender="other@elsewhere.test", to=inbox.address))

    until(lambda: InboundPayload.objects.filter(state="done").count() == 2, unless=worker.poll)
    until(lambda: MessageDelivery.objects.filter(state="sent").count() == 2, unless=worker.poll)
    server.start()
    until(write_and_ring(inbox), unless=worker.poll)
    assert worker.poll() is None
