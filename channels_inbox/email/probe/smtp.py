"""Try to hand mail over: find, reach, encrypt, sign in, and send a mail to whoever asks for it."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from django.conf import settings as django_settings
from django.utils.translation import gettext as _

from channels_inbox.email import connections, sign_in
from channels_inbox.email.forms import Security
from channels_inbox.email.oauth.tokens import NoToken
from channels_inbox.email.probe import advice
from channels_inbox.email.probe.steps import Clock, Result, Stage, Step, Words, in_the_clear, reach, run
from foundation.addresses import checked_addresses


class SmtpTrial:
    def __init__(self, settings: Mapping[str, Any], clock: Clock, *, sender: str, send_to: str = "") -> None:
        self.settings, self.clock = settings, clock
        self.sender, self.send_to = sender, send_to
        self.host, self.port = str(settings["smtp_host"]), int(settings["smtp_port"])
        self.security = settings["smtp_security"]
        self.line: socket.socket | None = None
        self.client: Any = None

    def steps(self) -> Iterator[Step]:
        try:
            yield from run(self.stages(), explain, self.clock)
        finally:
            self.close()

    def stages(self) -> list[Stage]:
        stages: list[Stage] = [
            (_("Find %(host)s") % {"host": self.host}, self.find),
            (_("Reach port %(port)d") % {"port": self.port}, self.reach),
            (_("Encrypt the connection"), self.encrypt),
            (_("Sign in for sending (SMTP)"), self.sign_in),
        ]
        if self.send_to:
            stages.append((_("Send a mail to %(address)s") % {"address": self.send_to}, self.send))
        return stages

    def find(self) -> None:
        self.addresses = checked_addresses(self.host, self.port)

    def reach(self) -> None:
        self.line = reach(self.addresses, self.port, self.clock)
        self.timer = self.clock.guard(self.line)

    def encrypt(self) -> Result:
        assert self.line is not None
        if self.security == Security.TLS:
            self.line = connections.encrypt(self.line, self.host)
        self.client = connections.SMTPOverLine(self.line, self.host, timeout=self.clock.patience())
        self.client.ehlo_or_helo_if_needed()
        if self.security == Security.STARTTLS:
            self.client.starttls(context=connections.tls_context())
            self.client.ehlo()
        return in_the_clear(self.addresses[0]) if self.security == Security.NONE else None

    def sign_in(self) -> Result:
        sign_in.to_smtp(self.client, self.settings)
        if not self.settings.get("smtp_user") and "tokens" not in self.settings:
            return _("Without a user: the server takes mail from this desk as it is.")
        return None

    def send(self) -> Result:
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, self.send_to
        mail["Subject"] = _("A test of your help desk")
        mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=django_settings.SITE_HOST)
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(_("This inbox can send mail. Nobody has to answer this."))
        self.client.send_message(mail)
        return _("Accepted. It should be in your mailbox in a minute.")

    def close(self) -> None:
        if self.line is None:
            return
        self.timer.cancel()
        with suppress(OSError, smtplib.SMTPException, AttributeError):
            self.client.quit()
        with suppress(OSError):
            self.line.close()


def explain(error: Exception) -> Words:
    if isinstance(error, NoToken | sign_in.TokenRefused):
        return error.sentence
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _("The server refused this user or password. Many providers want an “app password” here.")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _("The server does not offer this here. Try TLS on port 465, or STARTTLS on port 587.")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _("The server does not let this user send from the inbox's address.")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _("The server does not take mail to your address. Does it want another user, or a sign-in?")
    if isinstance(error, smtplib.SMTPDataError):
        return _("The server refused the mail itself.")
    if isinstance(error, smtplib.SMTPException):
        return _(
            "Something answers there, but not as a server for sending (SMTP) does. Check server, port and encryption."
        )
    return advice.explain(error)
