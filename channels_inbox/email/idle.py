"""Watch mailboxes: one thread each waits at the server for new mail (IDLE), and fetches it the moment it comes.

Where a server cannot do that its mailbox is asked every few seconds. A broken line is opened again, later and
later. Inboxes that are added, changed or switched off are noticed.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from channels_inbox.email import imap, mailbox
from channels_inbox.email.oauth import grants
from channels_inbox.models import Inbox

RENEWED_EVERY = 50.0  # seconds; servers and routers forget a line that is silent for long
# After mail has come, look once more this soon: what arrives in the very second a folder is opened, some servers
# do not tell of (Maildir directories are compared by the second).
LOOKS_AGAIN_AFTER = 2.0
ASKED_EVERY = 15.0  # where the server does not know IDLE
NOTICED_EVERY = 5.0  # changes of inboxes
HEARS_STOP_WITHIN = 1.0
FIRST_WAIT, LONGEST_WAIT = 2.0, 300.0

logger = logging.getLogger(__name__)


class Watcher(threading.Thread):
    """Watches one inbox until it is told to stop."""

    def __init__(self, inbox: Inbox) -> None:
        super().__init__(name=f"mailbox {inbox.pk}", daemon=True)
        self.inbox = inbox
        self._stop_asked = threading.Event()
        self._wait = FIRST_WAIT  # before the line is opened again; longer after each failure in a row

    def stop(self) -> None:
        self._stop_asked.set()

    def run(self) -> None:
        while not self._stop_asked.is_set():
            try:
                with imap.signed_in(grants.wire_settings(self.inbox)) as opened:
                    self._watch(opened)
            except imap.TROUBLE as error:
                self._note(error)
            except (DatabaseError, InterfaceError):
                logger.warning("The database is away; mail for %s waits.", self.inbox, exc_info=True)
            except Exception:  # a watcher must not die: nobody would fetch this inbox's mail any more
                logger.exception("Watching %s failed.", self.inbox)
            close_old_connections()
            self._stop_asked.wait(self._wait * random.uniform(0.8, 1.2))  # noqa: S311 (spreads load)
            self._wait = min(self._wait * 2, LONGEST_WAIT)
        connection.close()

    def _note(self, error: Exception) -> None:
        with suppress(DatabaseError, InterfaceError):
            mailbox.failed(self.inbox, error)

    def _watch(self, opened: imap.Mailbox) -> None:
        while not self._stop_asked.is_set():
            close_old_connections()
            stored = mailbox.fetch(self.inbox, opened)
            self._wait = FIRST_WAIT
            if opened.has_news():
                continue
            if opened.can_idle:
                self._idle(opened, seconds=LOOKS_AGAIN_AFTER if stored else RENEWED_EVERY)
            else:
                self._stop_asked.wait(ASKED_EVERY)

    def _idle(self, opened: imap.Mailbox, *, seconds: float) -> None:
        """Wait until the server tells of something, or it is time to ask anyway."""
        deadline = time.monotonic() + seconds
        opened.client.idle()
        while time.monotonic() < deadline and not self._stop_asked.is_set():
            if opened.client.idle_check(timeout=HEARS_STOP_WITHIN):
                break
        opened.client.idle_done()


class Supervisor:
    """Keeps a watcher for each inbox that collects mail."""

    def __init__(self, make: Callable[[Inbox], Watcher] = Watcher) -> None:
        self._make = make
        self._watchers: dict[int, tuple[str, Watcher]] = {}
        self._stop_asked = threading.Event()

    def stop(self) -> None:
        self._stop_asked.set()

    def run(self) -> None:
        """Until somebody calls `stop`."""
        while not self._stop_asked.is_set():
            try:
                self.look_around()
            except (DatabaseError, InterfaceError):
                logger.warning("The database is away; looking for changes later.", exc_info=True)
            close_old_connections()
            self._stop_asked.wait(NOTICED_EVERY)
        self._end(list(self._watchers))
        connection.close()

    @property
    def watched(self) -> set[int]:
        return set(self._watchers)

    def look_around(self) -> None:
        """Start a watcher where one is wanted, end it where it is not, and begin anew where its inbox has changed."""
        wanted = {inbox.pk: inbox for inbox in Inbox.objects.fetching()}
        stale = [
            pk
            for pk, (manners, watcher) in self._watchers.items()
            if pk not in wanted or manners != _manners(wanted[pk]) or not watcher.is_alive()
        ]
        self._end(stale)
        for pk in wanted.keys() - self._watchers.keys():
            watcher = self._make(wanted[pk])
            self._watchers[pk] = _manners(wanted[pk]), watcher
            watcher.start()

    def _end(self, pks: list[int]) -> None:
        ending = [self._watchers.pop(pk)[1] for pk in pks]
        for watcher in ending:
            watcher.stop()
        for watcher in ending:
            watcher.join(imap.PATIENCE)


def _manners(inbox: Inbox) -> str:
    """All that a watcher works by."""
    return json.dumps([inbox.settings, dict(inbox.credentials)], sort_keys=True, default=str)
