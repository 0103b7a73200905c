"""The ledger: what arrived is stored once, and large mail lies in files that were safe before their row was."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from channels_inbox import raw_files
from channels_inbox.models import InboundPayload
from channels_inbox.models.payload import Arrival
from tests.channels_inbox.mails import accept, make_mail
from tests.make import make_inbox

pytestmark = pytest.mark.django_db
LARGE = b"Subject: large\n\n" + b"x" * raw_files.INLINE_LIMIT


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def files() -> list[Path]:
    return (
        [path for path in raw_files.root().rglob("*") if path.is_file()] if raw_files.root().exists() else []
    )


def test_what_arrives_is_kept_as_it_came():
    payload = accept(make_inbox(), b"\x00\xff not even mail", transport={"by": "test"})

    stored = InboundPayload.objects.get(pk=payload.pk)
    assert stored.read_raw() == b"\x00\xff not even mail"
    assert bytes(stored.sha256) == sha256(b"\x00\xff not even mail").digest()
    assert (stored.state, stored.size, stored.transport) == ("received", 16, {"by": "test"})


def test_the_same_delivery_is_stored_once():
    inbox = make_inbox()
    accept(inbox, make_mail(), dedup_key="imap:INBOX:1:7")

    again = InboundPayload.objects.accept(inbox, dedup_key="imap:INBOX:1:7", raw=make_mail())

    assert again is None
    assert InboundPayload.objects.count() == 1


def test_two_inboxes_may_use_the_same_key():
    accept(make_inbox(), make_mail(), dedup_key="7")

    accept(make_inbox(address="sales@desk.test"), make_mail(), dedup_key="7")

    assert InboundPayload.objects.count() == 2


def test_a_batch_tells_new_from_known():
    inbox = make_inbox()
    accept(inbox, b"one", dedup_key="1")
    arrivals = [Arrival(dedup_key=key, raw=key.encode()) for key in ("1", "2", "2", "3")]

    stored = InboundPayload.objects.accept_all(inbox, arrivals)

    assert [payload and payload.dedup_key for payload in stored] == [None, "2", None, "3"]


def test_large_mail_lies_in_a_file_that_only_we_may_read():
    payload = accept(make_inbox(), LARGE)

    stored = InboundPayload.objects.get(pk=payload.pk)
    (path,) = files()
    assert stored.raw is None
    assert stored.read_raw() == LARGE
    assert path.stat().st_mode & 0o077 == 0


def test_a_large_mail_that_came_before_leaves_no_second_file():
    inbox = make_inbox()
    accept(inbox, LARGE, dedup_key="1")

    InboundPayload.objects.accept(inbox, dedup_key="1", raw=LARGE)

    assert len(files()) == 1
