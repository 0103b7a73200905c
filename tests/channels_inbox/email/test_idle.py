"""Watching mailboxes: mail is there the moment it comes, inboxes may change, and a broken line is opened again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from channels_inbox.email import idle, imap
from channels_inbox.email.idle import Supervisor, Watcher
from channels_inbox.models import InboundPayload, Inbox
from helpdesk.embedded.layout import PROJECT
from tests.channels_inbox.mails import make_mail
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30.0


def stored() -> int:
    return InboundPayload.objects.count()


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(idle, "NOTICED_EVERY", 0.2)
    monkeypatch.setattr(idle, "FIRST_WAIT", 0.2)
    monkeypatch.setattr(idle, "ASKED_EVERY", 0.2)
    monkeypatch.setattr(idle, "HEARS_STOP_WITHIN", 0.2)


@pytest.fixture
def supervisor(trusted) -> Iterator[Supervisor]:
    supervisor = Supervisor()
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    yield supervisor
    supervisor.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def is_waiting(inbox: Inbox) -> bool:
    inbox.refresh_from_db()
    return inbox.last_checked_at is not None


def test_new_mail_is_fetched_the_moment_it_comes(mailbox, trusted, supervisor):
    until(lambda: is_waiting(mailbox))

    for count in (1, 2, 3):
        trusted.imap.deliver(mailbox.address, make_mail())
        until(lambda count=count: stored() == count)


def test_what_lies_there_already_is_fetched_first(mailbox, trusted, supervisor):
    trusted.imap.deliver(mailbox.address, make_mail())

    until(lambda: stored() == 1)


def test_a_server_that_cannot_idle_is_asked_again_and_again(mailbox, trusted, monkeypatch, supervisor):
    monkeypatch.setattr(
        imap.Mailbox, "can_idle", property(lambda self: False, lambda self, value: None), raising=False
    )
    until(lambda: is_waiting(mailbox))

    trusted.imap.deliver(mailbox.address, make_mail())

    until(lambda: stored() == 1)


def test_an_inbox_that_is_added_is_watched_and_one_that_is_switched_off_is_not(
    make_mailbox, trusted, supervisor
):
    inbox = make_mailbox()
    until(lambda: is_waiting(inbox))

    Inbox.objects.update(is_active=False)
    until(lambda: supervisor.watched == set())
    trusted.imap.deliver(inbox.address, make_mail())
    Inbox.objects.update(is_active=True)

    until(lambda: stored() == 1)


def test_with_other_settings_watching_begins_anew(make_mailbox, trusted, supervisor):
    inbox = make_mailbox()
    inbox.credentials = {"imap_password": "wrong"}
    inbox.save()
    until(lambda: Inbox.objects.get().fetch_failures)
    trusted.imap.deliver(inbox.address, make_mail())

    inbox.credentials = {"imap_password": trusted.imap.password}
    inbox.save(update_fields=["credentials"])

    until(lambda: stored() == 1)
    until(lambda: Inbox.objects.get().failing_since is None)


def test_a_line_that_breaks_is_opened_again(mailbox, trusted, supervisor, monkeypatch):
    until(lambda: is_waiting(mailbox))
    honest = imap.connections.IMAPOverLine.idle_check
    broken = threading.Event()

    def breaks(self, timeout=None):
        if not broken.is_set():
            broken.set()
            raise ConnectionResetError
        return honest(self, timeout)

    monkeypatch.setattr(imap.connections.IMAPOverLine, "idle_check", breaks)
    until(broken.is_set)

    trusted.imap.deliver(mailbox.address, make_mail())

    until(lambda: stored() == 1)


def test_a_watcher_that_is_told_to_stop_stops_soon(mailbox):
    watcher = Watcher(mailbox)
    watcher.start()
    until(lambda: is_waiting(mailbox))

    watcher.stop()
    watcher.join(PATIENCE)

    assert not watcher.is_alive()


def test_the_program_fetches_mail_and_ends_cleanly_when_it_is_told_to(mailbox, trusted):
    process = subprocess.Popen([sys.executable, "manage.py", "idle_mail"], cwd=PROJECT, env=os.environ.copy())
    try:
        until(lambda: is_waiting(mailbox))
        trusted.imap.deliver(mailbox.address, make_mail())
        until(lambda: stored() == 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
