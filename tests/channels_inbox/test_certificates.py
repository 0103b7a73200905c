"""Row 86: no mail server is believed that cannot prove its name; it hears no password and gets no mail."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from channels_inbox import sending
from channels_inbox.email import mailbox
from channels_inbox.email.probe import State, probe
from channels_inbox.models import Inbox, MessageDelivery
from tests.channels_inbox.mails import make_mail, receive
from tests.mailservers.certificate import make_certificate
from tests.make import make_agent, make_inbox
from tickets import dispatch
from tickets.services import replies

pytestmark = pytest.mark.django_db
PASSWORD = "the password of the mailbox"
# What is wrong with it, and whether somebody vouches for it.
WRONG: dict[str, tuple[dict[str, object], bool]] = {
    "signed by itself": ({}, False),
    "expired": ({"valid_days": -1}, True),
    "of another name": ({"host": "mail.example.com", "address": "192.0.2.1"}, True),
}


@dataclass
class Impostor:
    """Takes a line, shows its certificate, and keeps all that it is told."""

    port: int
    asked: int = 0
    heard: list[bytes] = field(default_factory=list)


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Callable[..., Impostor]]:
    listener = socket.create_server(("127.0.0.1", 0))
    found = Impostor(listener.getsockname()[1])

    def serve(context: ssl.SSLContext) -> None:
        while True:
            try:
                line, _peer = listener.accept()
            except OSError:
                return
            found.asked += 1
            with line, suppress(OSError), context.wrap_socket(line, server_side=True) as safe:
                safe.sendall(b"* OK ready\r\n")
                found.heard.append(safe.recv(4096))

    def start(**certificate: object) -> Impostor:
        paths = make_certificate(tmp_path, **certificate)  # type: ignore[arg-type]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*paths)
        threading.Thread(target=serve, args=(context,), daemon=True).start()
        return found

    yield start
    listener.close()


@pytest.fixture(params=WRONG, ids=lambda name: name.replace(" ", "-"))
def wrong(
    request: pytest.FixtureRequest, impostor: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Impostor, Inbox]:
    made, is_vouched_for = WRONG[request.param]
    if is_vouched_for:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    else:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    server = impostor(**made)
    settings = {
        f"{kind}_{name}": value
        for kind in ("imap", "smtp")
        for name, value in (
            ("host", "127.0.0.1"),
            ("port", server.port),
            ("security", "tls"),
            ("user", "support"),
        )
    }
    secrets = {"imap_password": PASSWORD, "smtp_password": PASSWORD}
    return server, make_inbox(settings=settings, credentials=secrets)


def test_security86_nothing_is_fetched_from_it(wrong):
    server, inbox = wrong

    mailbox.poll(inbox)

    inbox.refresh_from_db()
    assert server.asked
    assert inbox.failing_since is not None
    assert "certificate" in inbox.last_error
    assert not any(server.heard)


def test_security86_nothing_is_sent_through_it(wrong):
    server, inbox = wrong
    ticket = receive(inbox, make_mail()).ticket
    replies.post_reply(ticket=ticket, author=make_agent(), html="<p>Secret</p>")
    dispatch.process_events()
    MessageDelivery.objects.update(next_at="2026-01-01T00:00Z")

    sending.send_due()

    assert server.asked
    assert set(MessageDelivery.objects.values_list("state", flat=True)) <= {"retry", "queued"}
    assert "certificate" in " ".join(MessageDelivery.objects.values_list("provider_reply", flat=True))
    assert not any(server.heard)


def test_security86_the_test_of_a_mailbox_says_so(wrong):
    server, inbox = wrong

    steps = list(probe(inbox.settings, dict(inbox.credentials), address=inbox.address, send_to=""))

    failed = [step for step in steps if step.state == State.FAILED]
    assert {step.title for step in failed} == {"Encrypt the connection"}
    assert not any(server.heard)
