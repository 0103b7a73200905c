"""Try to collect mail: find, reach, encrypt, sign in, open every folder, fetch one mail. Nothing is changed there."""

from __future__ import annotations

import imaplib
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from django.utils.translation import gettext as _
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from channels_inbox.email import connections, sign_in
from channels_inbox.email.forms import AfterFetch, Security
from channels_inbox.email.oauth.tokens import NoToken
from channels_inbox.email.probe import advice
from channels_inbox.email.probe.steps import (
    Clock,
    Result,
    Stage,
    Step,
    Trouble,
    Words,
    in_the_clear,
    reach,
    run,
)
from foundation.addresses import checked_addresses

FOLDERS_NAMED = 12
A_BIT = "BODY.PEEK[]<0.2048>"  # the first 2 kB, without marking it as read


class ImapTrial:
    def __init__(self, settings: Mapping[str, Any], clock: Clock) -> None:
        self.settings, self.clock = settings, clock
        self.host, self.port = str(settings["imap_host"]), int(settings["imap_port"])
        self.security = settings["imap_security"]
        self.folders: list[str] = list(settings.get("imap_folders") or ["INBOX"])
        self.line: socket.socket | None = None
        self.client: Any = None

    def steps(self) -> Iterator[Step]:
        try:
            yield from run(self.stages(), explain, self.clock)
        finally:
            self.close()

    def stages(self) -> list[Stage]:
        return [
            (_("Find %(host)s") % {"host": self.host}, self.find),
            (_("Reach port %(port)d") % {"port": self.port}, self.reach),
            (_("Encrypt the connection"), self.encrypt),
            (_("Sign in for mail (IMAP)"), self.sign_in),
            (_("Open the folders"), self.open_folders),
            (_("Fetch a mail"), self.fetch_one),
        ]

    def find(self) -> None:
        self.addresses = checked_addresses(self.host, self.port)

    def reach(self) -> None:
        self.line = reach(self.addresses, self.port, self.clock)
        self.timer = self.clock.guard(self.line)

    def encrypt(self) -> Result:
        assert self.line is not None
        if self.security == Security.TLS:
            self.line = connections.encrypt(self.line, self.host)
        self.client = connections.IMAPOverLine(self.line, self.host, timeout=self.clock.patience())
        if self.security == Security.STARTTLS:
            self.client.starttls()
        return in_the_clear(self.addresses[0]) if self.security == Security.NONE else None

    def sign_in(self) -> None:
        sign_in.to_imap(self.client, self.settings)

    def open_folders(self) -> Result:
        for folder in self.folders:
            if not self.client.folder_exists(folder):
                raise Trouble(self.no_folder(folder))
        moves_to = self.settings.get("move_to", "")
        if self.settings.get("after_fetch") == AfterFetch.MOVE and not self.client.folder_exists(moves_to):
            raise Trouble(self.no_folder(moves_to))
        return ", ".join(self.folders)

    def no_folder(self, name: str) -> str:
        known = [folder for _flags, _separator, folder in self.client.list_folders()][:FOLDERS_NAMED]
        sentence = _("The mailbox has no folder “%(name)s”. It has: %(known)s.")
        return sentence % {"name": name, "known": ", ".join(known)}

    def fetch_one(self) -> Result:
        for folder in self.folders:
            status = self.client.select_folder(folder, readonly=True)
            if count := int(status[b"EXISTS"]):
                # The newest, by its number, not by its UID: one mail, however large the mailbox is.
                self.client.use_uid = False
                found = self.client.fetch([count], [A_BIT])
                if not any(found.values()):
                    raise Trouble(_("The server names a mail but does not hand it out."))
                return _("The newest mail in %(folder)s can be read.") % {"folder": folder}
        return _("There is no mail yet.")

    def close(self) -> None:
        if self.line is None:
            return
        self.timer.cancel()
        with suppress(OSError, imaplib.IMAP4.error, IMAPClientError, AttributeError):
            self.client.logout()
        with suppress(OSError):
            self.line.close()


def explain(error: Exception) -> Words:
    if isinstance(error, NoToken | sign_in.TokenRefused):
        return error.sentence
    if isinstance(error, LoginError):
        return _(
            "The server refused this user or password. Many providers want an “app password” here, and have a switch"
            " that allows IMAP at all."
        )
    if isinstance(error, CapabilityError):
        return _("The server offers no STARTTLS on this port. Try TLS on port 993.")
    if isinstance(error, imaplib.IMAP4.abort | imaplib.IMAP4.error | IMAPClientError):
        return _(
            "Something answers there, but not as a mailbox server (IMAP) does. Check server, port and encryption."
        )
    return advice.explain(error)
