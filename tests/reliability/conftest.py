"""The desk under test, on mail servers of its own mailbox."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from helpdesk.embedded.layout import PROJECT
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

    def start_one(role: str, plan: str = "", clock: float = 0) -> ForkServerProcess:
        started.append(children.start(role, plan, clock=clock))
        return started[-1]

    yield start_one
    for child in started:
        with suppress(ProcessLookupError):
            os.kill(child.pid or 0, 9) if child.pid and child.is_alive() else None
        child.join()


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Celery's worker, on the test's own broker; what it says stands in worker.log."""
    started = []

    def start(pool: str = "threads") -> subprocess.Popen:
        command = [sys.executable, "-m", "celery", "-A", "helpdesk", "worker", "-P", pool, "-c", "1"]
        with (tmp_path / "worker.log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [*command, "--without-gossip", "--without-mingle", "-l", "error"],
                    cwd=PROJECT,
                    env=os.environ | {"PYTHONWARNINGS": "ignore", "WORKER_DEAF_AFTER_SECONDS": "2"},
                    stdout=log,
                    stderr=log,
                )
            )
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        process.wait()
