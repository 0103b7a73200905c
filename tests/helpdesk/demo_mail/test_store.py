"""Mailboxes that lose nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpdesk.demo_mail.store import NoSuchMailbox, Store
from helpdesk.embedded.layout import PROJECT

ADDRESS = "customer@demo.test"


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "mail")


def test_what_is_delivered_can_be_read(store):
    uid = store.deliver("Customer@Demo.test", b"Subject: Hello\r\n\r\nGood morning")

    (mail,) = store.mails(ADDRESS)
    assert (mail.uid, mail.message["Subject"], mail.flags) == (uid, "Hello", frozenset())
    assert store.addresses() == [ADDRESS]


def test_many_may_deliver_at_once(store):
    with ThreadPoolExecutor(8) as pool:
        uids = list(pool.map(lambda number: store.deliver(ADDRESS, b"%d" % number), range(80)))

    assert sorted(uids) == list(range(1, 81))
    assert {mail.raw for mail in store.mails(ADDRESS)} == {b"%d" % number for number in range(80)}


@pytest.mark.parametrize("round_", range(3))
def test_a_kill_loses_nothing_that_was_acknowledged_and_doubles_no_uid(store, round_):
    deliver = f"""
from pathlib import Path
from helpdesk.demo_mail.store import Store
store = Store(Path({str(store.root)!r}))
while True:
    print(store.deliver({ADDRESS!r}, b"x" * 10_000), flush=True)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", deliver], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    acknowledged = [int(process.stdout.readline()) for _ in range(20 + 7 * round_)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in process.communicate()[0].splitlines() if line]

    kept = store.mails(ADDRESS)
    assert {mail.uid for mail in kept} >= set(acknowledged)
    assert {mail.size for mail in kept} == {10_000}
    assert store.deliver(ADDRESS, b"next") > max(mail.uid for mail in kept)


@pytest.mark.parametrize("address", ["somebody@example.com", "../x@evil.test", "nobody", "a@b@c.test", ""])
def test_other_addresses_have_no_mailbox(store, address):
    with pytest.raises(NoSuchMailbox):
        store.deliver(address, b"")


def test_a_folder_name_stays_inside_its_mailbox(store):
    folder = store.folder(ADDRESS, "../../elsewhere")

    assert folder.path.parent == store.root / ADDRESS
    assert "../../elsewhere" in store.folders(ADDRESS)
