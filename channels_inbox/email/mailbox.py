"""Collect an inbox's mail into the ledger: fetch, store, commit, and only then tell the mail server anything.

One fetcher at a time for each inbox. The place is kept by UIDVALIDITY and UID; every hour the last days are
looked through once more, because servers may show a mail late. What is in the ledger already is not stored twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from channels_inbox import doorbell, health, inbox_news
from channels_inbox.email import imap, sent_folder
from channels_inbox.email.oauth import grants
from channels_inbox.models import InboundPayload, Inbox, MailboxPosition
from channels_inbox.models.payload import Arrival
from foundation import clock, faults

LOCKS = 20_242  # the first half of the advisory locks, one per inbox
# A mailbox that the desk has never looked into: mail of this many days is taken in, unless the inbox says otherwise.
FIRST_DAYS = 3
OVERLAP = timedelta(days=3)
RESCAN_EVERY = timedelta(hours=1)
POLL_AFTER = timedelta(seconds=90)
# Server clocks differ a little.
SLACK = timedelta(minutes=5)

logger = logging.getLogger(__name__)


def due_for_polling() -> QuerySet[Inbox]:
    """Inboxes that nobody has looked into lately: where a watcher runs, there are none."""
    long_ago = Q(last_checked_at=None) | Q(last_checked_at__lt=Now() - POLL_AFTER)
    return Inbox.objects.fetching().filter(long_ago)


def poll(inbox: Inbox) -> int | None:
    """Connect, fetch what is new, and leave. None where somebody else is at it, or it failed."""
    try:
        with imap.signed_in(grants.wire_settings(inbox)) as mailbox:
            return fetch(inbox, mailbox)
    except imap.TROUBLE as error:
        failed(inbox, error)
        return None


def failed(inbox: Inbox, error: Exception) -> None:
    logger.warning("Fetching mail for %s failed.", inbox, exc_info=error)
    health.fetch_failed(inbox, imap.words_for(error))


def fetch(inbox: Inbox, mailbox: imap.Mailbox) -> int | None:
    """Fetch what is new in all folders. Returns how many mails were stored; None where somebody else is at it."""
    with _alone_with(inbox) as is_ours:
        if not is_ours:
            return None
        sent_folder.resolve_doubts(inbox, mailbox)
        # The first folder is left open, so that a watcher may wait in it without missing anything.
        stored = sum(_fetch_folder(inbox, mailbox, folder) for folder in reversed(mailbox.folders))
    health.fetched(inbox)
    return stored


@contextmanager
def _alone_with(inbox: Inbox) -> Iterator[bool]:
    """Whether we alone fetch for this inbox now. The lock goes with the database connection, if that breaks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, inbox.pk])
        is_ours = bool(cursor.fetchone()[0])
        try:
            yield is_ours
        finally:
            if is_ours:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, inbox.pk])


def _fetch_folder(inbox: Inbox, mailbox: imap.Mailbox, folder: str) -> int:
    validity, last_there = mailbox.open(folder)
    position = _position(inbox, folder, validity)
    stored = 0
    if position.last_uid:
        new = mailbox.newer_than(position.last_uid)
    else:
        new = mailbox.arrived_since((clock.now() - _first_look(inbox)).date())
    for mails in mailbox.fetch(new):
        faults.point("imap.after_fetch")
        stored += _store(inbox, position, mails)
        _tidy(mailbox, [mail.uid for mail in mails])
    if not position.last_uid and last_there:  # nothing young enough: from here on everything is new
        position.last_uid = last_there
        position.save(update_fields=["last_uid"])
    return stored + _look_through_again(inbox, mailbox, position)


def _position(inbox: Inbox, folder: str, validity: int) -> MailboxPosition:
    position, _created = MailboxPosition.objects.get_or_create(
        inbox=inbox, folder=folder, defaults={"uid_validity": validity}
    )
    if position.uid_validity != validity:
        # The server has numbered its mail anew. What is in the ledger is recognised by what it says.
        logger.warning("%s: the mail server has renumbered %s; looking through it again.", inbox, folder)
        position.uid_validity, position.last_uid, position.rescanned_at = validity, 0, None
        position.save()
        inbox_news.tell_that_it_was_renumbered(inbox, folder=folder)
    return position


def _first_look(inbox: Inbox) -> timedelta:
    """How far back to look in a folder whose place is not known."""
    since_last_look = clock.now() - inbox.last_checked_at + OVERLAP if inbox.last_checked_at else timedelta()
    return max(since_last_look, timedelta(days=int(inbox.settings.get("import_days", FIRST_DAYS))))


def _store(inbox: Inbox, position: MailboxPosition, mails: Sequence[imap.Mail]) -> int:
    """Everything in one commit: the raw mails, and that they are there."""
    if not mails:
        return 0
    with transaction.atomic():
        payloads = InboundPayload.objects.accept_all(
            inbox, [_arrival(inbox, position, mail) for mail in mails]
        )
        position.last_uid = max(position.last_uid, *(mail.uid for mail in mails))
        position.save(update_fields=["last_uid"])
        doorbell.ring_after_commit(doorbell.PROCESS_PAYLOADS)
    faults.point("imap.after_insert")
    return sum(payload is not None for payload in payloads)


def _arrival(inbox: Inbox, position: MailboxPosition, mail: imap.Mail) -> Arrival:
    transport: dict[str, object] = {"by": "imap", "folder": position.folder, "uid": mail.uid}
    if mail.arrived_at:
        transport["arrived_at"] = mail.arrived_at.isoformat()
        if mail.arrived_at < inbox.created_at - SLACK:
            transport["before_inbox"] = True
    if mail.trouble:
        transport["incomplete"] = mail.trouble
    return Arrival(
        dedup_key=_key(position, mail.uid, part=bool(mail.trouble)), raw=mail.raw, transport=transport
    )


def _key(position: MailboxPosition, uid: int, *, part: bool = False) -> str:
    # A mail that the server hands out whole after all is another delivery than its beginning was.
    return f"imap:{position.folder}:{position.uid_validity}:{uid}{':part' if part else ''}"


def _tidy(mailbox: imap.Mailbox, uids: Sequence[int]) -> None:
    faults.point("imap.before_flag")
    if mailbox.changes_mail and uids:
        with suppress(imap.Refused):  # the mail is ours by now, whatever its flags say
            mailbox.tidy(uids)


def _look_through_again(inbox: Inbox, mailbox: imap.Mailbox, position: MailboxPosition) -> int:
    """Every hour: mail of the last days that was not there when its turn came."""
    due = MailboxPosition.objects.filter(pk=position.pk)
    due = due.filter(Q(rescanned_at=None) | Q(rescanned_at__lt=Now() - RESCAN_EVERY))
    if not due.update(rescanned_at=Now()) or not position.last_uid:
        return 0
    there = [uid for uid in mailbox.arrived_since((clock.now() - OVERLAP).date()) if uid <= position.last_uid]
    keys = {_key(position, uid): uid for uid in there}
    known = InboundPayload.objects.filter(inbox=inbox, dedup_key__in=keys).values_list("dedup_key", flat=True)
    missed = sorted(set(keys.values()) - {keys[key] for key in known})
    stored = 0
    for mails in mailbox.fetch(missed):
        stored += _store(inbox, position, mails)
        _tidy(mailbox, [mail.uid for mail in mails])
    return stored
