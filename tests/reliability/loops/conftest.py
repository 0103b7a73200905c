"""A desk with two inboxes among machines that answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from foundation import desk
from tests.mailservers import MailServers
from tests.reliability.loops.second_desk import SecondDesk
from tests.reliability.loops.world import World


@pytest.fixture
def world(db: None, make_mailbox: Callable, trusted: MailServers) -> World:
    desk.change(None, undo_send_seconds=0)
    return World([make_mailbox("support"), make_mailbox("billing")], trusted)


@pytest.fixture(scope="module")
def second_desk(_mail_servers: MailServers) -> Iterator[SecondDesk]:
    with SecondDesk.running(_mail_servers) as running:
        yield running
