"""An inbox on real mail servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from channels_inbox.models import Inbox
from tests.mailservers import MailServers
from tests.make import make_inbox


@pytest.fixture
def trusted(mail_servers: MailServers, monkeypatch: pytest.MonkeyPatch) -> MailServers:
    """The mail servers, with their certificate among those that are believed."""
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_servers.certificate))
    return mail_servers


@pytest.fixture
def make_mailbox(trusted: MailServers) -> Callable[..., Inbox]:
    """Make inboxes that collect mail from Dovecot and hand it to the SMTP server; settings may be overridden."""

    def make(name: str = "support", **settings: Any) -> Inbox:
        address = trusted.new_mailbox(name)
        return make_inbox(
            address=address,
            settings={
                "imap_host": trusted.imap.host,
                "imap_port": trusted.imap.tls_port,
                "imap_security": "tls",
                "imap_user": address,
                "smtp_host": trusted.smtp.host,
                "smtp_port": trusted.smtp.port,
                "smtp_security": "starttls",
                "smtp_user": trusted.smtp.username,
                **settings,
            },
            credentials={"imap_password": trusted.imap.password, "smtp_password": trusted.smtp.password},
        )

    return make


@pytest.fixture
def mailbox(make_mailbox: Callable[..., Inbox]) -> Inbox:
    return make_mailbox()
