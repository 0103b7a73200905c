"""The SMTP side: what is sent to an address in .test lies in its mailbox a moment later."""

from __future__ import annotations

from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from helpdesk.demo_mail.store import PASSWORD, Store, is_served

LARGEST_MAIL = 50 * 1024 * 1024


class Delivery:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not is_served(address):
            return "550 5.1.2 the demo desk's mail never leaves this machine: use addresses that end in .test"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        for address in dict.fromkeys(envelope.rcpt_tos):
            self.store.deliver(address, envelope.content)
        return "250 2.0.0 delivered"


def authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
) -> AuthResult:
    """Nobody has to sign in here; whoever tries needs the password."""
    known = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
    return AuthResult(success=known, handled=False)


def protocol(store: Store) -> SMTP:
    return SMTP(
        Delivery(store),
        hostname="mail.demo.test",
        enable_SMTPUTF8=True,
        data_size_limit=LARGEST_MAIL,
        authenticator=authenticate,
        auth_require_tls=False,
    )
