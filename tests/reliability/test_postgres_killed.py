"""PostgreSQL is killed again and again while mail comes in and goes out.

What was committed is kept; and whatever we told others that we have, we have.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest

from helpdesk.embedded import Services
from helpdesk.embedded.layout import PROJECT
from tests.channels_inbox.mails import make_mail
from tests.mailservers import MailServers
from tests.waiting import until

KILLS = int(os.environ.get("POSTGRES_KILLS", "6"))
LARGE_MAILS, SMALL_DISK = 36, 20 * 2**20
SETUP = """
import json, sys
import django; django.setup()
from foundation import desk
from tests.make import make_inbox
told = json.load(sys.stdin)
desk.change(None, undo_send_seconds=0)
make_inbox(**told)
"""
ANSWER = """
import django; django.setup()
from accounts.models import Agent
from tests.make import make_agent
from tickets.models import Ticket
from tickets.services import replies
agent = Agent.objects.first() or make_agent()
for ticket in Ticket.objects.filter(first_replied_at=None).order_by("pk")[:10]:
    replies.post_reply(ticket=ticket, author=agent, html="<p>Yes</p>")
"""
SURVIVE = """
import time
from tests.reliability import children
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
once = children.ROLES['{role}']
while True:
    try:
        once()
    except (DatabaseError, InterfaceError, OSError):
        connection.close()
        time.sleep(0.3)
    time.sleep(children.PAUSE)
"""


class Cluster:
    """A PostgreSQL of its own, with a migrated desk in it."""

    def __init__(self, services: Services, environment: dict[str, str]) -> None:
        self.services, self.environment = services, environment

    def python(self, code: str, told: object = None) -> None:
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=PROJECT,
            env=self.environment,
            input=json.dumps(told),
            text=True,
            check=True,
        )

    @contextmanager
    def program(self, code: str) -> Iterator[None]:
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=PROJECT, env=self.environment, stderr=subprocess.DEVNULL
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()

    def kill(self) -> None:
        os.kill(self.services.postgres.process_id(), signal.SIGKILL)
        time.sleep(0.2)
        self.services.start()

    @contextmanager
    def on_a_disk_of(self, size: int) -> Iterator[None]:
        """No file of the database may grow beyond so many bytes, as on a full disk."""
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.services.postgres.stop()
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            self.services.postgres.start()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        yield
        self.services.postgres.stop()
        self.services.postgres.start()

    def ask(self, question: str) -> list[tuple]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(question).fetchall()

    def count(self, question: str) -> int:
        with suppress(psycopg.OperationalError):
            return int(self.ask(f"select count(*) from {question}")[0][0])
        return -1


@pytest.fixture(scope="module")
def cluster(services_home, _mail_servers: MailServers) -> Iterator[Cluster]:
    services = Services("test", base=services_home)
    services.start()
    environment = {
        **os.environ,
        "DATABASE_URL": services.database_url,
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "SSL_CERT_FILE": str(_mail_servers.certificate),
        "CLAIM_LEASE_SECONDS": "2",
        "SENDING_LEASE_SECONDS": "3",
        "PYTHONWARNINGS": "ignore",
    }
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=PROJECT, env=environment, check=True)
    yield Cluster(services, environment)
    services.stop()


def set_up(cluster: Cluster, servers: MailServers) -> str:
    """An inbox whose mail is moved once it was fetched: that is what the mail server is told. Returns its address."""
    address = servers.new_mailbox()
    cluster.python(
        SETUP,
        {
            "address": address,
            "settings": {
                "imap_host": servers.imap.host,
                "imap_port": servers.imap.tls_port,
                "imap_security": "tls",
                "imap_user": address,
                "after_fetch": "move",
                "move_to": "Processed",
                "smtp_host": servers.smtp.host,
                "smtp_port": servers.smtp.port,
                "smtp_security": "starttls",
                "smtp_user": servers.smtp.username,
            },
            "credentials": {
                "imap_password": servers.imap.password,
                "smtp_password": servers.smtp.password,
            },
        },
    )
    return address


def told_of(servers: MailServers, address: str) -> int:
    """Of how many mails the mail server was told that we have them."""
    with servers.imap.open(address) as client:
        client.select_folder("Processed", readonly=True)
        return len(client.search())


def test_fault25_what_was_acknowledged_is_there(cluster, mail_servers):
    address = set_up(cluster, mail_servers)
    written = 0
    with cluster.program(SURVIVE.format(role="fetch")), cluster.program(SURVIVE.format(role="work")):
        for _ in range(KILLS):
            for _ in range(10):
                raw = make_mail(f"mail {written}", sender=f"p{written}@elsewhere.test", to=address)
                mail_servers.imap.deliver(address, raw)
                written += 1
            until(lambda enough=written - 10: cluster.count("tickets_ticket") > enough)
            cluster.kill()
        cluster.python(ANSWER)
        cluster.kill()
        waiting = "channels_inbox_messagedelivery where state in ('queued', 'retry', 'sending')"
        until(lambda: cluster.count("tickets_ticket") == written)
        until(lambda: cluster.count("tickets_ticketevent where processed_at is null") == 0)
        until(lambda: cluster.count(waiting) == 0)

    _everything_adds_up(cluster, mail_servers, address, written)


def _everything_adds_up(cluster: Cluster, servers: MailServers, address: str, written: int) -> None:
    cluster.python(
        "import django; django.setup(); from channels_inbox import ledger; assert not ledger.check().findings"
    )
    texts = [text for (text,) in cluster.ask("select text from tickets_message where direction = 'in'")]
    assert sorted(texts) == sorted(f"mail {number}" for number in range(written))
    assert told_of(servers, address) <= len(texts)
    rows = dict(cluster.ask("select rfc_message_id, state from channels_inbox_messagedelivery"))
    accepted = [mail.message["Message-ID"].strip("<>") for mail in servers.smtp.received]
    accepted = [name for name in accepted if name in rows]
    assert len(accepted) == len(set(accepted))
    assert {rows[name] for name in accepted} <= {"sent", "in_doubt"}
    assert {name for name, state in rows.items() if state == "sent"} <= set(accepted)


def test_fault31_a_full_disk_of_the_database_acknowledges_nothing_that_it_does_not_have(
    cluster, mail_servers
):
    address = set_up(cluster, mail_servers)
    of_ours = (
        "channels_inbox_inboundpayload where inbox_id in"
        f" (select id from channels_inbox_inbox where address = '{address}')"
    )
    for number in range(LARGE_MAILS):
        raw = make_mail(f"large {number}", to=address, files=[("file.bin", os.urandom(600_000))])
        mail_servers.imap.put(address, raw)
    log = cluster.services.postgres.log

    with cluster.on_a_disk_of(SMALL_DISK), cluster.program(SURVIVE.format(role="fetch")):
        until(lambda: "could not extend file" in log.read_text(errors="replace"))
        told, stored = told_of(mail_servers, address), cluster.count(of_ours)
    assert told <= stored < LARGE_MAILS

    with cluster.program(SURVIVE.format(role="fetch")):
        until(lambda: cluster.count(of_ours) == LARGE_MAILS)
        until(lambda: told_of(mail_servers, address) == LARGE_MAILS)
