"""Real mail for the tests: Dovecot for IMAP, an SMTP server that fails on demand, and whose tokens they take.

Mail that the SMTP server takes for a mailbox of Dovecot is delivered there, so the whole loop
runs over real protocols.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.identity_provider import IdentityProvider, running_identity_provider
from tests.mailservers.certificate import make_certificate
from tests.mailservers.dovecot import Dovecot
from tests.mailservers.smtp import Fault, Received, ScriptedSMTP

__all__ = ["Dovecot", "Fault", "MailServers", "Received", "ScriptedSMTP", "running_mail_servers"]


@dataclass(frozen=True, slots=True)
class MailServers:
    imap: Dovecot
    smtp: ScriptedSMTP
    certificate: Path  # of both, signed by itself
    provider: IdentityProvider  # whose tokens both take

    def new_mailbox(self, name: str = "support") -> str:
        """An address that no other test has; what the SMTP server takes for it arrives in its mailbox."""
        address = f"{name}-{secrets.token_hex(4)}@example.test"
        self.imap.mailboxes.add(address)
        return address


@contextmanager
def running_mail_servers() -> Iterator[MailServers]:
    # Not pytest's tmp_path: root runs Dovecot as `nobody`, who may not enter that.
    with tempfile.TemporaryDirectory(prefix="mail-", dir="/tmp") as home:
        Path(home).chmod(0o755)
        certificate, key = make_certificate(Path(home))
        with ExitStack() as stack:
            provider = stack.enter_context(running_identity_provider())
            dovecot = Dovecot(Path(home), certificate, key, provider_url=provider.url)
            imap = stack.enter_context(dovecot.running())
            smtp = ScriptedSMTP(certificate, key, imap=imap, provider=provider)
            smtp.start()
            try:
                yield MailServers(imap, smtp, certificate, provider)
            finally:
                smtp.stop()
