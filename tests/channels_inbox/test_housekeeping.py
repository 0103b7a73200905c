"""What the channels need no more is thrown away; what belongs to a ticket stays with it."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest
from django.utils.timezone import now

from accounts import notices
from channels_inbox import housekeeping, ledger, raw_files, tasks
from channels_inbox.models import InboundPayload, MessageDelivery
from foundation import orphans
from tests.make import make_agent, make_inbox, make_ticket
from tickets import dispatch
from tickets.services import replies

pytestmark = pytest.mark.django_db


def grown_old(**fields):
    MessageDelivery.objects.update(created_at=now() - timedelta(days=31), **fields)


def test_a_notice_is_forgotten_a_month_after_it_left():
    make_inbox()
    notices.send(notices.CUSTOMER_SIGN_IN, address="elena@example.org")
    grown_old(state="queued")
    assert housekeeping.sweep_notices() == 0

    grown_old(state="sent")
    notices.send(notices.CUSTOMER_SIGN_IN, address="elena@example.org")

    assert housekeeping.sweep_notices() == 1
    assert MessageDelivery.objects.get().state == "queued"


def test_what_belongs_to_a_ticket_is_kept():
    make_inbox()
    replies.post_reply(ticket=make_ticket(status="open"), author=make_agent(), html="<p>x</p>")
    dispatch.process_events()
    grown_old(state="sent")
    assert MessageDelivery.objects.exists()

    assert housekeeping.sweep_notices() == 0


def test_fault32_raw_bytes_of_no_payload_go_after_a_day_and_no_other(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    payload = InboundPayload.objects.accept(
        make_inbox(), dedup_key="large", raw=b"x" * (raw_files.INLINE_LIMIT + 1)
    )
    folder = orphans.folder_of(now())
    lost, young, half = f"{folder}/{'a' * 40}", f"{folder}/{'b' * 40}", f"{folder}/{'c' * 40}.part"
    kept = f"{folder}/{'d' * 40}"
    (raw_files.root() / folder).mkdir(exist_ok=True)
    (raw_files.root() / payload.raw_file).rename(raw_files.root() / kept)
    InboundPayload.objects.update(raw_file=kept)
    for name, hours in ((lost, 25), (young, 23), (half, 25), (kept, 999)):
        path = raw_files.root() / name
        path.touch()
        moment = time.time() - hours * 3600
        os.utime(path, (moment, moment))

    assert housekeeping.sweep_raw_files() == 2

    assert [raw_files.exists(name) for name in (lost, young, half, kept)] == [False, True, False, True]
    assert ledger.check().findings == []


def test_the_task_may_run_twice():
    for _ in range(2):
        tasks.tidy()
