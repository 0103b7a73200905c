"""What nobody needs any more is thrown away; what somebody needs is not."""

import os
import secrets
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils.timezone import now

from channels_inbox import housekeeping as channels
from foundation import audit, limits, orphans, tidying
from foundation.models import AuditEntry, RateBucket
from helpdesk.celery import app
from tests.make import make_agent, make_ticket
from tickets import files, housekeeping, tasks
from tickets.models import Attachment, Draft, EventDelivery, TicketEvent, TicketSeen
from tickets.services import drafts, replies

pytestmark = pytest.mark.django_db


def upload(agent, ticket, *, days_ago=2):
    [file] = files.store([files.NewFile(name="a.txt", content=b"x")], ticket=ticket, uploaded_by=agent)
    Attachment.objects.filter(pk=file.pk).update(created_at=now() - timedelta(days=days_ago))
    return file


def test_an_upload_that_was_never_sent_is_deleted_with_its_bytes():
    file = upload(make_agent(), make_ticket())

    assert housekeeping.sweep_uploads() == 1

    assert not Attachment.objects.exists()
    assert not file.file.storage.exists(file.file.name)


def test_what_is_young_in_a_draft_or_in_a_message_stays():
    agent, ticket = make_agent(), make_ticket(status="open")
    upload(agent, ticket, days_ago=0)
    in_draft, sent = upload(agent, ticket), upload(agent, ticket)
    drafts.save(ticket=ticket, agent=agent, mode="note", html="<p>x</p>", attachments=[in_draft], revision=0)
    replies.post_reply(ticket=ticket, author=agent, html="<p>x</p>", attachments=[sent])

    assert housekeeping.sweep_uploads() == 0


def test_a_file_whose_bytes_are_gone_already_holds_up_nothing():
    file = upload(make_agent(), make_ticket())
    file.file.storage.delete(file.file.name)

    assert housekeeping.sweep_uploads() == 1


def test_many_go_in_several_turns(monkeypatch):
    monkeypatch.setattr(housekeeping, "AT_ONCE", 2)
    agent, ticket = make_agent(), make_ticket()
    for _ in range(5):
        upload(agent, ticket)

    assert housekeeping.sweep_uploads() == 5


def test_empty_drafts_go_and_written_ones_stay():
    agent = make_agent()
    for html in ("", "<p>x</p>"):
        drafts.save(ticket=make_ticket(), agent=agent, mode="reply", html=html, revision=0)
    Draft.objects.update(updated_at=now() - timedelta(days=2))

    assert housekeeping.sweep_empty_drafts() == 1
    assert Draft.objects.get().html == "<p>x</p>"


def test_one_broken_sweep_keeps_no_other_from_its_work(monkeypatch, caplog):
    def broken():
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(housekeeping, "SWEEPS", (broken, housekeeping.sweep_sessions))

    assert list(housekeeping.tidy()) == ["tickets.housekeeping.sweep_sessions"]
    assert "on fire" in caplog.text


def test_the_tasks_may_run_twice():
    for _ in range(2):
        tasks.tidy()
        tasks.process_events()


def file_without_a_row(*, hours_ago, folder=""):
    folder = folder or orphans.folder_of(now())
    name = default_storage.save(f"{folder}/{'0' * 2}/{secrets.token_hex(20)}", ContentFile(b"x"))
    moment = time.time() - hours_ago * 3600
    os.utime(default_storage.path(name), (moment, moment))
    return name


def test_fault32_files_of_no_row_go_after_a_day_and_no_other(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    lost, young = file_without_a_row(hours_ago=25), file_without_a_row(hours_ago=23)
    elsewhere = file_without_a_row(hours_ago=25, folder=orphans.folder_of(now() + timedelta(hours=1)))
    named = file_without_a_row(hours_ago=1000)
    file = upload(make_agent(), make_ticket(), days_ago=0)
    Attachment.objects.filter(pk=file.pk).update(file=named)

    assert housekeeping.sweep_orphans() == 1

    assert not default_storage.exists(lost)
    assert all(default_storage.exists(name) for name in (young, elsewhere, named))


def test_every_folder_has_its_turn_in_eleven_days():
    start = now()

    assert len({orphans.folder_of(start + timedelta(hours=n)) for n in range(256)}) == 256


def test_how_reactions_went_is_forgotten_once_all_of_them_are_done():
    make_ticket()
    old, waiting = TicketEvent.objects.order_by("pk")[:2]
    for event in (old, waiting):
        EventDelivery.objects.create(event=event, reaction="tests.broken", attempts=6, error="no")
    TicketEvent.objects.filter(pk=old.pk).update(processed_at=now() - timedelta(days=8))
    TicketEvent.objects.filter(pk=waiting.pk).update(processed_at=None, parked_at=now() - timedelta(days=99))

    assert housekeeping.sweep_turns() == 1
    assert EventDelivery.objects.get().event_id == waiting.pk


def test_how_far_somebody_read_is_forgotten_after_a_year():
    agent = make_agent()
    for days in (364, 366):
        TicketSeen.objects.create(
            agent=agent, ticket=make_ticket(), event_id=1, seen_at=now() - timedelta(days=days)
        )

    assert housekeeping.sweep_seen() == 1


def test_old_entries_of_the_audit_trail_go_and_the_database_guards_the_younger():
    with connection.cursor() as cursor:
        for age in ("1 year", "2 years 2 days"):
            cursor.execute(
                "insert into foundation_auditentry (actor_label, action, object_type, object_id, object_label,"
                " changes, created_at) values ('', %s, '', '', '', '{}', now() - %s::interval)",
                [f"test.{age}", age],
            )

    assert audit.forget_old() == 1
    assert AuditEntry.objects.get().action == "test.1 year"


def test_a_sweep_goes_in_small_batches_and_comes_to_an_end(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(tidying, "AT_ONCE", 2)
    monkeypatch.setattr(tidying, "BATCHES", 3)
    for n in range(9):
        limits.hit(f"test:{n}", limit=1, per=60)
    RateBucket.objects.update(expires_at=now() - timedelta(days=1))

    with django_assert_num_queries(6):
        assert limits.purge() == 6
    assert limits.purge() == 3
    assert limits.purge() == 0


def test_whatever_ages_is_swept_by_a_task_of_the_beat():
    names = {f"{sweep.__module__}.{sweep.__name__}" for sweep in housekeeping.SWEEPS + channels.SWEEPS}
    rung = {slot["task"] for slot in app.conf.beat_schedule.values()}

    assert {"tickets.tidy", "channels_inbox.tidy"} <= rung
    assert {
        "foundation.limits.purge",
        "foundation.audit.forget_old",
        "foundation.picture_cache.sweep",
        "accounts.magic_links.sweep",
        "accounts.portal_sessions.sweep",
        "accounts.api.idempotency.forget_old",
        "channels_inbox.form.kept_files.sweep",
    } <= names
