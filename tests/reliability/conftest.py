"""The desk under test, on mail servers of its own mailbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.context import ForkServerProcess

import pytest

from tests.channels_inbox.conftest import mailbox, make_mailbox, trusted
from tests.mailservers import MailServers
from tests.reliability import children
from tests.reliability.desk_under_test import DeskUnderTest

__all__ = ["mailbox", "make_mailbox", "trusted"]


@pytest.fixture(scope="session", autouse=True)
def _forks_trust_the_certificate(_mail_servers: MailServers) -> Iterator[None]:
    """The process that workers are forked from starts once: what they shall believe must stand there by then."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(_mail_servers.certificate))
        yield


@pytest.fixture
def desk_under_test(transactional_db: None, make_mailbox: Callable, trusted: MailServers) -> DeskUnderTest:
    trusted.smtp.forget()
    return DeskUnderTest(make_mailbox(after_fetch="seen"), trusted)


@pytest.fixture
def start(transactional_db: None) -> Iterator[Callable[..., ForkServerProcess]]:
    """Start workers; those that are left at the end are killed."""
    started: list[ForkServerProcess] = []

    def start_one(role: str, plan: str = "") -> ForkServerProcess:
        started.append(children.start(role, plan))
        return started[-1]

    yield start_one
    for child in started:
        with suppress(ProcessLookupError):
            os.kill(child.pid or 0, 9) if child.pid and child.is_alive() else None
        child.join()
