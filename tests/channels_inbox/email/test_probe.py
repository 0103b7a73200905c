"""Trying a mailbox before it is saved: each step against real servers, and what is said when one fails."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager

import pytest

from channels_inbox.email import probe as probing
from channels_inbox.email.probe import State, probe
from channels_inbox.email.probe.advice import CERTIFICATES, EXPIRED, SELF_SIGNED, WRONG_ADDRESS
from channels_inbox.email.probe.steps import in_the_clear
from tests.channels_inbox.mails import make_mail
from tests.mailservers import Fault
from tests.mailservers.dovecot import free_port

pytestmark = pytest.mark.django_db
ME = "ada@desk.test"


@pytest.fixture
def tried(mailbox):
    """The steps of a test, for a mailbox that works but for what is changed."""

    def run(*, send_to="", imap_password=None, smtp_password=None, **changed):
        secrets = dict(mailbox.credentials)
        secrets["imap_password"] = imap_password or secrets["imap_password"]
        secrets["smtp_password"] = smtp_password or secrets["smtp_password"]
        return list(probe({**mailbox.settings, **changed}, secrets, address=mailbox.address, send_to=send_to))

    return run


def failed(steps):
    """The step that failed: there is one, and nothing is tried after it on the same server."""
    (step,) = [step for step in steps if step.state == State.FAILED]
    return step


@contextmanager
def server(talk, *, host="127.0.0.1"):
    """A server that does what it likes with every connection, in its own thread."""
    listener = socket.create_server((host, 0))
    open_lines = []

    def serve():
        while True:
            try:
                line, _peer = listener.accept()
            except OSError:
                return
            open_lines.append(line)
            threading.Thread(target=talk, args=(line,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        for line in open_lines:
            line.close()


def test_a_mailbox_that_works_passes_every_step(tried, trusted, mailbox):
    trusted.imap.deliver(mailbox.address, make_mail())

    steps = tried(send_to=ME)

    assert [step.state for step in steps] == [State.DONE] * 11
    (mail,) = trusted.smtp.wait_for(ME)
    assert mail.sender == mailbox.address
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_it_changes_nothing_in_the_mailbox(tried, trusted, mailbox):
    trusted.imap.deliver(mailbox.address, make_mail())

    tried()

    with trusted.imap.open(mailbox.address) as imap:
        imap.select_folder("INBOX")
        assert imap.search(["UNSEEN"]) == [1]


def test_a_name_that_does_not_exist(tried):
    steps = tried(imap_host="imap.nowhere.invalid")

    assert failed(steps).title == "Find imap.nowhere.invalid"
    assert "no server of this name" in failed(steps).words
    assert [step.state for step in steps[1:6]] == [State.SKIPPED] * 5


def test_sending_is_tried_even_where_collecting_fails(tried):
    steps = tried(imap_host="imap.nowhere.invalid")

    assert [step.state for step in steps[6:]] == [State.DONE] * 4


def test_the_desk_does_not_go_into_private_networks(tried, settings):
    settings.ALLOW_PRIVATE_HOSTS = []

    steps = tried(smtp_host="")

    assert failed(steps).title == "Find 127.0.0.1"
    assert "private network" in failed(steps).words


def test_a_port_where_nobody_listens(tried):
    steps = tried(imap_port=free_port())

    assert failed(steps).title.startswith("Reach port")
    assert "Nothing listens" in failed(steps).words


def test_a_certificate_that_signs_itself(tried, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    imap, smtp = [step for step in tried() if step.state == State.FAILED]

    assert imap.title == smtp.title == "Encrypt the connection"
    assert imap.words == smtp.words == CERTIFICATES[SELF_SIGNED]


def test_a_certificate_of_another_machine(tried, trusted):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted.imap.certificate, trusted.imap.key)

    def talk(line):
        try:
            context.wrap_socket(line, server_side=True)
        except OSError:
            line.close()

    with server(talk, host="127.0.0.2") as port:
        steps = tried(imap_host="127.0.0.2", imap_port=port)

    assert failed(steps).words == CERTIFICATES[WRONG_ADDRESS]
    assert CERTIFICATES[EXPIRED]


def test_tls_where_the_server_does_not_speak_it(tried, trusted):
    steps = tried(imap_port=trusted.imap.port, smtp_host="")

    assert failed(steps).title == "Encrypt the connection"
    assert "does not speak TLS on this port" in failed(steps).words


def test_starttls_works_as_well(tried, trusted):
    steps = tried(imap_port=trusted.imap.port, imap_security="starttls", smtp_host="")

    assert {step.state for step in steps} == {State.DONE}


def test_a_connection_within_this_machine_needs_no_encryption(tried, trusted):
    steps = tried(imap_port=trusted.imap.port, imap_security="none", smtp_host="")

    assert {step.state for step in steps} == {State.DONE}


def test_any_other_is_warned_of():
    assert "everybody on the way" in str(in_the_clear("192.0.2.1").sentence)
    assert "does not leave this machine" in str(in_the_clear("::1"))


def test_a_wrong_password(tried):
    steps = tried(imap_password="not this one")

    assert failed(steps).title == "Sign in for mail (IMAP)"
    assert "app password" in failed(steps).words


def test_a_wrong_password_for_sending(tried):
    steps = tried(smtp_password="not this one", send_to=ME)

    assert failed(steps).title == "Sign in for sending (SMTP)"
    assert steps[-1].state == State.SKIPPED


@pytest.mark.parametrize(
    "changed", [{"imap_folders": ["INBOX", "Orders"]}, {"after_fetch": "move", "move_to": "Orders"}]
)
def test_a_folder_that_is_not_there(tried, changed):
    steps = tried(**changed)

    assert failed(steps).title == "Open the folders"
    assert "no folder “Orders”" in failed(steps).words
    assert "INBOX" in failed(steps).words


def test_a_server_that_refuses_to_send(tried):
    steps = tried(smtp_port=free_port())

    assert failed(steps).title.startswith("Reach port")


def test_a_server_that_refuses_the_recipient(tried, trusted):
    trusted.smtp.fail(ME, Fault.REFUSED_RECIPIENT)

    steps = tried(send_to=ME)

    assert failed(steps).title == f"Send a mail to {ME}"
    assert "no such user" not in failed(steps).words


def test_something_else_that_answers_is_not_quoted(tried):
    def talk(line):
        line.sendall(b"SSH-2.0-canary-of-an-inner-network\r\n")

    with server(talk) as port:
        steps = tried(imap_port=port, imap_security="starttls", smtp_port=port)

    assert len([step for step in steps if step.state == State.FAILED]) == 2
    assert "canary" not in " ".join(step.words for step in steps)


def test_a_server_that_says_nothing_does_not_hold_the_test_up(tried, monkeypatch):
    monkeypatch.setattr(probing, "LONGEST", 1.0)

    with server(lambda line: None) as port:
        steps = tried(imap_port=port, imap_security="none", smtp_host="")

    assert "No answer in time" in failed(steps).words


def test_a_server_that_says_little_for_ever_is_cut_off(tried, monkeypatch):
    monkeypatch.setattr(probing, "LONGEST", 1.0)
    drip = threading.Event()

    def talk(line):
        try:
            while not drip.wait(0.1):
                line.sendall(b"*")
        except OSError:
            return

    with server(talk) as port:
        steps = tried(imap_port=port, imap_security="none", smtp_host="")
    drip.set()

    assert "No answer in time" in failed(steps).words
