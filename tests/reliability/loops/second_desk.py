"""Another copy of our own desk: another database, another secret, another name, the same program.

A process of its own that takes one mail a line (base64 in JSON), does with it all that a desk does, and says what came
of it. What it sends leaves through the mail server of the tests, which puts it into the first desk's mailbox.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.mailservers import MailServers
    from tests.reliability.loops.correspondents import Answer

ADDRESS = "help@second-desk.test"
_serial = count(1)


@dataclass
class SecondDesk:
    """A correspondent that sends by itself."""

    process: subprocess.Popen[str]
    address: str = ADDRESS

    @property
    def addresses(self) -> Iterable[str]:
        return (self.address,)

    def answers(self, mail: EmailMessage, raw: bytes) -> list[Answer]:
        self._tell({"raw": base64.b64encode(raw).decode()})
        return []

    def sends_a_sign_in_link(self, address: str) -> None:
        """A notification: somebody typed this address on the page of its customers."""
        self._tell({"sign_in": address})

    def _tell(self, what: dict[str, str]) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        assert json.loads(self.process.stdout.readline())["done"]

    @classmethod
    @contextmanager
    def running(cls, servers: MailServers) -> Iterator[SecondDesk]:
        from helpdesk.embedded import Services
        from tests.plugin import _database

        name = f"test_{os.environ['TEST_RUN']}_second{next(_serial)}"
        with _database(Services("test"), name) as url:
            environment = os.environ | {
                "DATABASE_URL": url,
                "SECRET_KEY": "the secret of the second desk, as long as one has to be, and then some",
                "SITE_URL": "http://second-desk.test",
                "SSL_CERT_FILE": str(servers.certificate),
                "SECOND_DESK_SMTP": json.dumps([servers.smtp.host, servers.smtp.port, servers.smtp.username]),
                "SECOND_DESK_PASSWORD": servers.smtp.password,
            }
            with subprocess.Popen(
                [sys.executable, "-m", "tests.reliability.loops.second_desk"],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as process:
                yield cls(process)
                process.kill()


def main() -> None:
    import django

    django.setup()
    from accounts.notices import CUSTOMER_SIGN_IN, Notice
    from channels_inbox import intake, notices, sending
    from channels_inbox.models import InboundPayload
    from tests.make import make_inbox
    from tickets import dispatch

    host, port, user = json.loads(os.environ["SECOND_DESK_SMTP"])
    inbox = make_inbox(
        address=ADDRESS,
        settings={"smtp_host": host, "smtp_port": port, "smtp_security": "starttls", "smtp_user": user},
        credentials={"smtp_password": os.environ["SECOND_DESK_PASSWORD"]},
    )
    for line in sys.stdin:
        said = json.loads(line)
        if "sign_in" in said:
            notices.queue(Notice(kind=CUSTOMER_SIGN_IN, address=said["sign_in"], language="en"))
        else:
            raw = base64.b64decode(said["raw"])
            InboundPayload.objects.accept(inbox, dedup_key=f"line:{next(_serial)}", raw=raw)
        intake.process_due()
        while dispatch.process_events():
            pass
        sending.send_due()
        print(json.dumps({"done": True}), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    main()
