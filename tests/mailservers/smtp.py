"""An SMTP server that keeps what it takes, and fails exactly where a test tells it to."""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import json
import re
import ssl
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.identity_provider import IdentityProvider
from tests.mailservers.dovecot import Dovecot, free_port

PATIENCE = 30


class Fault(Enum):
    """Where it fails; where it answers at all, the value is the answer."""

    REFUSED_RECIPIENT = "550 5.1.1 no such user"
    RECIPIENT_LATER = "451 4.3.0 try again later"
    SERVICE_CLOSING = "421 4.3.2 shutting down"
    REFUSED_CONTENT = "554 5.7.1 not this message"
    CONTENT_LATER = "452 4.3.1 out of space, try again later"
    SILENT_BEFORE_CONTENT = "no answer to DATA: the message has not been taken"
    GONE_BEFORE_CONTENT = "the line drops at DATA: the message has not been taken"
    SILENT_AFTER_CONTENT = "no answer after the final dot: the message has been taken"
    GONE_AFTER_250 = "accepted, then the line drops before QUIT"


AT_RECIPIENT = (Fault.REFUSED_RECIPIENT, Fault.RECIPIENT_LATER, Fault.SERVICE_CLOSING)
AT_CONTENT = (Fault.REFUSED_CONTENT, Fault.CONTENT_LATER)


@dataclass(frozen=True, slots=True)
class Received:
    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        message = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return message


class ScriptedSMTP:
    host = "127.0.0.1"
    username, password = "helpdesk", "correct horse"

    def __init__(self, certificate: Path, key: Path, *, imap: Dovecot, provider: IdentityProvider) -> None:
        self.port = free_port()
        self.provider = provider
        self.imap = imap
        self.received: list[Received] = []
        self._faults: dict[str, tuple[Fault, int]] = {}
        self._arrived = threading.Condition()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        self._controller = _Controller(
            self,
            hostname=self.host,
            port=self.port,
            server_hostname="mx.example.test",
            enable_SMTPUTF8=True,
            tls_context=tls,
            require_starttls=True,
            authenticator=self._authenticate,
            auth_required=True,
        )

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    def fail(self, recipient: str, fault: Fault, *, times: int = 1) -> None:
        """The next `times` attempts to this recipient meet the fault; then all is well again."""
        self._faults[recipient] = (fault, times)

    def forget(self) -> None:
        """Between tests."""
        self.received.clear()
        self._faults.clear()

    def mails_to(self, recipient: str) -> list[Received]:
        return [each for each in list(self.received) if recipient in each.recipients]

    def wait_for(self, recipient: str, *, count: int = 1) -> list[Received]:
        """All mails to this address, as soon as there are `count`."""

        def enough() -> bool:
            return len(self.mails_to(recipient)) >= count

        with self._arrived:
            assert self._arrived.wait_for(enough, PATIENCE), (
                f"{len(self.mails_to(recipient))} mails to {recipient}"
            )
        return self.mails_to(recipient)

    def fault_of(self, recipients: list[str], stages: tuple[Fault, ...]) -> Fault | None:
        """The fault that strikes at this stage; it is used up by that."""
        for recipient in recipients:
            fault, times = self._faults.get(recipient, (None, 0))
            if fault in stages and times:
                self._faults[recipient] = (fault, times - 1)
                return fault
        return None

    async def keep(self, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        mail = Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content)
        for recipient in mail.recipients:
            local, _at, domain = recipient.partition("@")
            if f"{local.partition('+')[0]}@{domain}" in self.imap.mailboxes:
                await asyncio.to_thread(self.imap.deliver, recipient, mail.raw, mail.sender)
        with self._arrived:
            self.received.append(mail)
            self._arrived.notify_all()

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        known = given == LoginPassword(self.username.encode(), self.password.encode())
        # handled=True would mean that the refusal has been sent, and the client would wait for it forever.
        return AuthResult(success=known, handled=False)


class _Server(SMTP):
    """The places where aiosmtpd has no hook."""

    def __init__(self, script: ScriptedSMTP, **options: Any) -> None:
        super().__init__(_Hooks(script), **options)
        self.script = script

    async def smtp_DATA(self, arg: str) -> None:
        assert self.envelope is not None
        recipients = list(self.envelope.rcpt_tos)
        match self.script.fault_of(recipients, (Fault.SILENT_BEFORE_CONTENT, Fault.GONE_BEFORE_CONTENT)):
            case Fault.SILENT_BEFORE_CONTENT:
                await _silence()
            case Fault.GONE_BEFORE_CONTENT:
                self._drop()
                return
        await super().smtp_DATA(arg)
        if self.script.fault_of(recipients, (Fault.GONE_AFTER_250,)):
            self._drop()

    def _drop(self) -> None:
        assert self.transport is not None
        self.transport.close()


class _Hooks:
    def __init__(self, script: ScriptedSMTP) -> None:
        self.script = script

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        said = base64.b64decode(args[1]) if len(args) > 1 else await server.challenge_auth("")
        answer = said if isinstance(said, bytes) else b""  # the client may give up
        words = re.fullmatch(rb"user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01", answer)
        user, token = (part.decode() for part in words.groups()) if words else ("", "")
        success = bool(user) and self.script.provider.state.access.get(token) == user
        if not success:
            await server.challenge_auth(json.dumps({"status": "401", "schemes": "bearer"}))
        return AuthResult(success=success, handled=False, auth_data=user)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if fault := self.script.fault_of([address], AT_RECIPIENT):
            return fault.value
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if fault := self.script.fault_of(envelope.rcpt_tos, AT_CONTENT):
            return fault.value
        await self.script.keep(envelope)
        if self.script.fault_of(envelope.rcpt_tos, (Fault.SILENT_AFTER_CONTENT,)):
            await _silence()
        return "250 2.0.0 accepted"


class _Controller(Controller):
    def __init__(self, script: ScriptedSMTP, *, hostname: str, port: int, **options: Any) -> None:
        self._script = script
        super().__init__(_Hooks(script), hostname=hostname, port=port, **options)

    def factory(self) -> SMTP:
        return _Server(self._script, **self.SMTP_kwargs)


async def _silence() -> None:
    await asyncio.Event().wait()
