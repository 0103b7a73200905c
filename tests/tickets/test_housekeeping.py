"""What nobody needs any more is thrown away; what somebody needs is not."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from tests.make import make_agent, make_ticket
from tickets import files, housekeeping, tasks
from tickets.models import Attachment, Draft
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
