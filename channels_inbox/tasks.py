"""Doorbells: each does what is due in the database, so a lost or doubled call costs time, never a message."""

from __future__ import annotations

from celery import shared_task
from django.utils.timezone import now

from channels_inbox import calls, doorbell, housekeeping, inbox_news, intake, ledger, sending
from channels_inbox.email import mailbox

SECONDS = 20.0  # for one call; the next one goes on, and a worker that is told to stop does so within them


@shared_task(name=doorbell.PROCESS_PAYLOADS)
def process_payloads() -> None:
    intake.process_due(seconds=SECONDS)


@shared_task(name=doorbell.SEND_DUE)
def send_due() -> None:
    sending.send_due(seconds=SECONDS)


@shared_task(name="channels_inbox.poll_inboxes")
def poll_inboxes() -> None:
    """Each inbox in a task of its own: a slow server keeps nobody else's mail waiting."""
    for pk in mailbox.due_for_polling().values_list("pk", flat=True):
        poll_inbox.apply_async((pk,), expires=60)


@shared_task(name="channels_inbox.poll_inbox")
def poll_inbox(pk: int) -> None:
    inbox = mailbox.due_for_polling().filter(pk=pk).first()
    if inbox:
        mailbox.poll(inbox)


@shared_task(name="channels_inbox.call_admins")
def call_admins() -> None:
    calls.call_admins(at=now())
    inbox_news.tell_that_all_is_well(at=now())


@shared_task(name="channels_inbox.check_ledger")
def check_ledger() -> None:
    ledger.check_and_tell()


@shared_task(name="channels_inbox.tidy")
def tidy() -> None:
    housekeeping.tidy()
