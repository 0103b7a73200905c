"""Handing over: each way it can end is told apart exactly. Against a real SMTP server that fails on demand."""

from __future__ import annotations

import socket
import threading

import pytest

from channels_inbox.adapter import SendFailed, SendInDoubt
from channels_inbox.email import smtp
from foundation import addresses
from tests.mailservers import Fault

DATA = b"Subject: Hello\r\n\r\nA line\r\n.\r\n..dots at the beginning\r\n"
TO, COPY = "elena@elsewhere.test", "bob@elsewhere.test"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(smtp, "PATIENCE", 2.0)
    monkeypatch.setattr(smtp, "PATIENCE_AFTER_DOT", 1.0)


@pytest.fixture
def settings_of(trusted):
    def make(**changed):
        return {
            "smtp_host": "localhost",
            "smtp_port": trusted.smtp.port,
            "smtp_security": "starttls",
            "smtp_user": trusted.smtp.username,
            "smtp_password": trusted.smtp.password,
        } | changed

    return make


@pytest.fixture
def hand_over(settings_of):
    def send(*, copies=(), **changed):
        return smtp.hand_over(
            settings_of(**changed), sender="support@desk.test", to=[TO], copies=copies, data=DATA
        )

    return send


def test_a_mail_arrives_as_it_was_written(hand_over, trusted):
    accepted = hand_over(copies=[COPY, TO])

    (mail,) = trusted.smtp.wait_for(TO)
    assert mail.raw == DATA
    assert mail.recipients == (TO, COPY)
    assert accepted.provider_id == "250 2.0.0 accepted"
    assert accepted.note == ""


@pytest.mark.parametrize(
    ("fault", "permanent"),
    [
        (Fault.REFUSED_RECIPIENT, True),
        (Fault.RECIPIENT_LATER, False),
        (Fault.SERVICE_CLOSING, False),
        (Fault.REFUSED_CONTENT, True),
        (Fault.CONTENT_LATER, False),
        (Fault.SILENT_BEFORE_CONTENT, False),
        (Fault.GONE_BEFORE_CONTENT, False),
    ],
)
def test_fault18_until_the_final_dot_it_is_certain_that_nothing_was_sent(
    hand_over, trusted, fault, permanent
):
    trusted.smtp.fail(TO, fault)

    with pytest.raises(SendFailed) as failure:
        hand_over()

    assert failure.value.permanent is permanent
    assert not failure.value.channel_is_down
    assert trusted.smtp.mails_to(TO) == []


def test_fault18_silence_after_the_final_dot_leaves_it_in_doubt(hand_over, trusted):
    trusted.smtp.fail(TO, Fault.SILENT_AFTER_CONTENT)

    with pytest.raises(SendInDoubt):
        hand_over()

    assert len(trusted.smtp.mails_to(TO)) == 1


def test_fault18_a_line_that_drops_after_250_is_a_success(hand_over, trusted):
    trusted.smtp.fail(TO, Fault.GONE_AFTER_250)

    assert hand_over().provider_id.startswith("250")


def test_a_refused_copy_is_noted_and_the_others_get_it(hand_over, trusted):
    trusted.smtp.fail(COPY, Fault.REFUSED_RECIPIENT)

    accepted = hand_over(copies=[COPY])

    assert accepted.note == f"{COPY} did not get it: 550 5.1.1 no such user"
    assert trusted.smtp.wait_for(TO)[0].recipients == (TO,)


def test_when_the_recipient_is_refused_the_copies_get_nothing_either(hand_over, trusted):
    trusted.smtp.fail(TO, Fault.REFUSED_RECIPIENT)

    with pytest.raises(SendFailed, match=r"elena@elsewhere\.test: 550"):
        hand_over(copies=[COPY])

    assert trusted.smtp.mails_to(COPY) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"smtp_password": "wrong"}, "refused user or password"),
        ({"smtp_host": "127.0.0.2"}, "could not be reached"),
        ({"smtp_security": "tls"}, "could not be reached"),
        ({"smtp_host": ""}, "no server for sending"),
        ({"smtp_host": "nowhere.invalid"}, "no address"),
        ({"smtp_security": "none"}, "does not offer the encryption|refused user or password"),
    ],
)
def test_fault18_trouble_of_the_whole_inbox_is_no_fault_of_the_message(hand_over, changed, words):
    with pytest.raises(SendFailed, match=words) as failure:
        hand_over(**changed)

    assert failure.value.channel_is_down
    assert not failure.value.permanent


def test_a_certificate_that_nobody_vouches_for_is_refused(hand_over, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(SendFailed, match="certificate is not right"):
        hand_over()


def test_a_certificate_of_another_name_is_refused(hand_over, monkeypatch):
    monkeypatch.setattr(addresses, "checked_addresses", lambda host, port: ["127.0.0.1"])

    with pytest.raises(SendFailed, match="certificate is not right"):
        hand_over(smtp_host="mail.example.com")


def test_private_networks_are_out_of_bounds(hand_over, settings):
    settings.ALLOW_PRIVATE_HOSTS = []

    with pytest.raises(SendFailed, match="not on the public internet"):
        hand_over()


def test_a_server_without_encryption_does_not_get_the_password(hand_over):
    """STARTTLS was asked for; a server that does not offer it learns nothing."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _address = listener.accept()
        with line:
            line.sendall(b"220 plain.test\r\n")
            while said := line.recv(1000):
                heard.append(said)
                line.sendall(b"250 plain.test\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(SendFailed, match="does not offer the encryption") as failure:
        hand_over(smtp_host="127.0.0.1", smtp_port=listener.getsockname()[1])
    thread.join(5)
    listener.close()

    assert failure.value.channel_is_down
    assert not any(b"AUTH" in said or b"MAIL" in said for said in heard)
