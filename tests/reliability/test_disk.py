"""The disk of the files is full, or has lost one: mail is kept, people are told, and tickets open all the same."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now

from channels_inbox import intake, ledger, raw_files
from channels_inbox.email import mailbox
from channels_inbox.models import InboundPayload
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_inbox, make_ticket
from tickets.models import Attachment, Message, Ticket

pytestmark = pytest.mark.django_db
LARGE = ("large.bin", os.urandom(2 * 2**20))
SMALL = ("small.bin", os.urandom(100_000))
ROOM = 50_000  # bytes that the full disk still takes


@contextmanager
def full_disk(place: Path) -> Iterator[None]:
    """A disk without room below `place`: a small file system where we may mount one, else files may not grow."""
    place.mkdir(exist_ok=True)
    small = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place)]
    if os.getuid() == 0 and subprocess.run(small, capture_output=True, check=False).returncode == 0:
        try:
            yield
        finally:
            subprocess.run(["umount", str(place)], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def files_are_there() -> bool:
    return all(row.file.storage.exists(row.file.name or "") for row in Attachment.objects.all())


@pytest.mark.parametrize("file", [LARGE, SMALL], ids=["large", "small"])
def test_fault30_mail_is_kept_until_there_is_room_on_the_disk(make_mailbox, trusted, media, file):
    inbox = make_mailbox(after_fetch="move", move_to="Processed")
    raw = make_mail("With a file.", to=inbox.address, files=[file])
    trusted.imap.put(inbox.address, raw)
    with full_disk(media):
        assert mailbox.poll(inbox) == 1
        intake.process_due()

        payload = InboundPayload.objects.get()
        assert payload.state == "retry"
        assert len(payload.read_raw()) >= len(raw)
        assert Attachment.objects.count() == Ticket.objects.count() == 0

    InboundPayload.objects.update(next_at=Now())
    intake.process_due()

    assert InboundPayload.objects.get().state == "done"
    with Attachment.objects.get().file.open() as kept:
        assert kept.read() == file[1]
    assert ledger.check().findings == []


def test_fault30_an_upload_is_refused_in_words_and_nothing_else_is_lost(client, media):
    agent, ticket = make_agent(), make_ticket()
    client.force_login(agent)
    sent = {"body_html": "<p>See it.</p>", "client_key": "a" * 32, "files": [SimpleUploadedFile(*SMALL)]}

    with full_disk(media):
        answer = client.post(f"/t/{ticket.number}/reply/", sent)

    assert answer.status_code in (413, 507)
    assert "could not store" in answer.content.decode()
    assert Message.objects.filter(direction="out").count() == 0
    assert files_are_there()


def test_fault33_a_file_that_is_gone_is_told_of_and_its_ticket_opens(client, media):
    client.force_login(make_agent())
    ticket = receive(make_inbox(), make_mail("With a file.", files=[LARGE])).ticket
    attachment = Attachment.objects.get()
    attachment.file.storage.delete(attachment.file.name)
    raw_files.remove(InboundPayload.objects.get().raw_file)

    assert client.get(ticket.get_absolute_url()).status_code == 200
    assert client.get(f"/files/{attachment.token}/").status_code == 404
    assert ledger.check().findings == [
        f"1 large payloads have lost their file ({InboundPayload.objects.get().pk})."
    ]
