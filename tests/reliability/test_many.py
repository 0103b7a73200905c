"""Faults that show themselves in large numbers. MANY says how many (150); `make soak` takes 10,000."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.db.models.functions import Now

from channels_inbox import intake, ledger, sending
from channels_inbox.email import guard, guard_process, mailbox
from channels_inbox.models import InboundPayload, MailboxPosition, MessageDelivery
from tests.channels_inbox.mails import accept, make_mail
from tests.make import make_agent, make_inbox
from tests.waiting import until
from tickets.models import Message, Ticket

MANY = int(os.environ.get("MANY", "150"))
READER_WITH_A_BUG = """
import sys
sys.path.insert(0, sys.argv[1])
from channels_inbox.email import guard_child
real = guard_child.parse_email
def read(raw):
    if b"Subject: Question" in raw:
        raise KeyError("a bug that strikes every mail")
    return real(raw)
guard_child.parse_email = read
guard_child.main()
"""


def read_all() -> None:
    until(lambda: intake.process_due() == 0, patience=3600)


def numbered(n: int, **fields: Any) -> bytes:
    return make_mail(f"Mail {n}", subject=f"Question {n}", sender=f"p{n}@elsewhere.test", **fields)


@pytest.mark.django_db
def test_fault11_after_a_bug_that_struck_every_mail_all_are_read_again(monkeypatch, client):
    inbox = make_inbox(acknowledge=False)
    for n in range(MANY):
        accept(inbox, numbered(n))
    guard.close()
    with monkeypatch.context() as broken:
        broken.setattr(guard_process, "_PROGRAM", READER_WITH_A_BUG)
        read_all()
        guard.close()
    assert InboundPayload.objects.filter(state="quarantined").count() == MANY

    client.force_login(make_agent(role="Admin"))
    client.post("/settings/quarantine/decide/", {"do": "read_all"})
    read_all()

    assert InboundPayload.objects.filter(state="done").count() == MANY
    assert Ticket.objects.count() == MANY
    texts = Message.objects.filter(source_key__startswith="email:").values_list("text", flat=True)
    assert sorted(texts) == sorted(f"Mail {n}" for n in range(MANY))
    assert ledger.check().findings == []


@pytest.mark.django_db
def test_fault6_a_server_that_numbers_all_mail_anew_doubles_none_and_tells_the_admin_once(
    make_mailbox, trusted
):
    admin, inbox = make_agent(role="Admin"), make_mailbox()
    for n in range(MANY):
        trusted.imap.put(inbox.address, numbered(n, to=inbox.address))
    collect(inbox)
    before = MailboxPosition.objects.get().uid_validity
    trusted.imap.renumber(inbox.address)
    for n in range(MANY, MANY + 5):
        trusted.imap.put(inbox.address, numbered(n, to=inbox.address))

    collect(inbox)

    assert MailboxPosition.objects.get().uid_validity != before

    assert Ticket.objects.count() == MANY + 5
    assert InboundPayload.objects.filter(state="duplicate").count() == MANY
    sending.send_due()
    told = [mail.message["Subject"] for mail in trusted.smtp.mails_to(admin.email)]
    assert [subject for subject in told if "numbered all mail anew" in subject] == told
    assert len(told) == 1


def collect(inbox) -> None:
    assert mailbox.poll(inbox) is not None
    read_all()
    MessageDelivery.objects.filter(kind="ack").update(state="cancelled", next_at=Now())


@pytest.mark.django_db
def test_fault16_ids_that_are_used_twice_suppress_nothing():
    inbox = make_inbox(acknowledge=False)
    for n in range(MANY):
        accept(inbox, numbered(n, message_id=f"{n}@elsewhere.test"))
    for n in range(MANY):
        forged = make_mail(
            f"Other words {n}", sender=f"q{n}@elsewhere.test", message_id=f"{n}@elsewhere.test"
        )
        accept(inbox, forged)

    read_all()

    assert InboundPayload.objects.filter(state="done").count() == 2 * MANY
    assert Message.objects.filter(facts__message_id_was_used_before=True).count() == MANY
