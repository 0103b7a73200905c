"""Collecting mail from a real IMAP server: everything, once, and nothing there is touched unless it was asked for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now
from imapclient.exceptions import IMAPClientError

from channels_inbox import intake
from channels_inbox.email import imap, mailbox
from channels_inbox.models import InboundPayload, Inbox, MailboxPosition
from foundation import faults
from tests.channels_inbox.mails import make_mail
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(mailbox) -> Inbox:
    return mailbox


@pytest.fixture
def deliver(trusted, inbox):
    def put(*subjects: str, to: str = "") -> None:
        for subject in subjects:
            trusted.imap.deliver(to or inbox.address, make_mail(subject=subject))

    return put


def subjects() -> list[str]:
    intake.process_due()
    return list(Ticket.objects.order_by("pk").values_list("subject", flat=True))


def flags(trusted, inbox, folder: str = "INBOX") -> list[tuple[bytes, ...]]:
    with trusted.imap.open(inbox.address) as client:
        client.select_folder(folder, readonly=True)
        return [found[b"FLAGS"] for found in client.fetch(client.search(), ["FLAGS"]).values()]


def look_again(inbox: Inbox) -> None:
    """An hour has passed."""
    MailboxPosition.objects.filter(inbox=inbox).update(rescanned_at=Now() - timedelta(hours=2))


def test_mail_is_fetched_and_left_as_it_was(inbox, deliver, trusted):
    deliver("One", "Two")

    assert mailbox.poll(inbox) == 2

    inbox.refresh_from_db()
    assert subjects() == ["One", "Two"]
    assert all(b"\\Seen" not in each for each in flags(trusted, inbox))
    assert inbox.last_checked_at is not None
    assert InboundPayload.objects.first().transport["folder"] == "INBOX"


def test_nothing_is_fetched_twice(inbox, deliver):
    deliver("One")
    mailbox.poll(inbox)
    deliver("Two")

    assert mailbox.poll(inbox) == 1
    assert mailbox.poll(inbox) == 0
    assert subjects() == ["One", "Two"]


def test_a_long_backlog_is_asked_for_in_short_commands(inbox, deliver, monkeypatch):
    monkeypatch.setattr(imap, "ASKED_AT_ONCE", 2)
    monkeypatch.setattr(imap, "CHUNK_MAILS", 3)
    deliver("One", "Two", "Three", "Four", "Five")

    assert mailbox.poll(inbox) == 5
    assert subjects() == ["One", "Two", "Three", "Four", "Five"]


def test_fault7_what_another_program_has_read_is_fetched_all_the_same(inbox, deliver, trusted):
    mailbox.poll(inbox)
    deliver("One")
    with trusted.imap.open(inbox.address) as client:
        client.select_folder("INBOX")
        client.add_flags(client.search(), [b"\\Seen"])

    assert mailbox.poll(inbox) == 1


def test_what_was_deleted_at_the_desk_is_not_imported_again(inbox, deliver):
    deliver("One")
    mailbox.poll(inbox)
    subjects()
    Ticket.objects.update(trashed_at=Now())
    look_again(inbox)

    mailbox.poll(inbox)

    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(("after_fetch", "seen", "moved"), [("seen", 1, 0), ("move", 0, 1)])
def test_fetched_mail_is_marked_or_moved_where_that_is_asked_for(
    make_mailbox, trusted, after_fetch, seen, moved
):
    inbox = make_mailbox(after_fetch=after_fetch, move_to="Processed")
    trusted.imap.deliver(inbox.address, make_mail())

    assert mailbox.poll(inbox) == 1

    assert sum(b"\\Seen" in each for each in flags(trusted, inbox)) == seen
    assert len(flags(trusted, inbox, "Processed")) == moved


def test_a_folder_that_is_not_there_to_move_to_costs_no_mail(make_mailbox, trusted):
    inbox = make_mailbox(after_fetch="move", move_to="Nowhere")
    trusted.imap.deliver(inbox.address, make_mail())

    assert mailbox.poll(inbox) == 1
    inbox.refresh_from_db()
    assert inbox.fetch_failures == 0


def test_several_folders_are_fetched(make_mailbox, trusted):
    inbox = make_mailbox(imap_folders=["INBOX", "Processed"])
    trusted.imap.deliver(inbox.address, make_mail(subject="One"))
    with trusted.imap.open(inbox.address) as client:
        client.append("Processed", make_mail(subject="Two"))

    assert mailbox.poll(inbox) == 2
    assert mailbox.poll(inbox) == 0


def test_old_mail_of_a_mailbox_that_is_new_to_the_desk_is_left_alone(make_mailbox, trusted):
    inbox = make_mailbox()
    with trusted.imap.open(inbox.address) as client:
        client.append("INBOX", make_mail(subject="Old"), msg_time=datetime(2020, 1, 1))  # noqa: DTZ001
    mailbox.poll(inbox)
    trusted.imap.deliver(inbox.address, make_mail(subject="New"))
    mailbox.poll(inbox)

    assert subjects() == ["New"]


def test_mail_from_before_the_inbox_is_marked_as_such(inbox, deliver):
    deliver("One")
    Inbox.objects.update(created_at=Now() + timedelta(hours=1))
    inbox.refresh_from_db()

    mailbox.poll(inbox)

    assert InboundPayload.objects.get().transport["before_inbox"] is True


def test_a_mail_that_shows_up_late_is_found_within_the_hour(inbox, deliver, monkeypatch):
    deliver("One", "Late", "Three")
    honest = imap.Mailbox.fetch
    monkeypatch.setattr(
        imap.Mailbox, "fetch", lambda self, uids: honest(self, [uid for uid in uids if uid != 2])
    )
    assert mailbox.poll(inbox) == 2
    monkeypatch.setattr(imap.Mailbox, "fetch", honest)
    assert mailbox.poll(inbox) == 0

    look_again(inbox)

    assert mailbox.poll(inbox) == 1
    assert subjects() == ["One", "Three", "Late"]


def test_fault6_when_the_server_renumbers_its_mail_nothing_is_doubled_and_nothing_lost(
    inbox, deliver, trusted
):
    deliver("One", "Two")
    mailbox.poll(inbox)
    subjects()
    deliver("Three")
    before = MailboxPosition.objects.get().uid_validity
    trusted.imap.renumber(inbox.address)

    assert mailbox.poll(inbox) == 3

    assert subjects() == ["One", "Two", "Three"]
    assert MailboxPosition.objects.get().uid_validity != before


def test_one_mail_that_the_server_does_not_hand_out_stops_no_other(inbox, deliver, monkeypatch):
    deliver("One", "Broken", "Three")
    honest = imap.connections.IMAPOverLine.fetch

    def refuses(self, uids, what, *more):
        if 2 in uids and what[0] == "BODY.PEEK[]":
            raise IMAPClientError("fetch failed: message is damaged")
        return honest(self, uids, what, *more)

    monkeypatch.setattr(imap.connections.IMAPOverLine, "fetch", refuses)

    assert mailbox.poll(inbox) == 3

    assert sorted(subjects()) == ["Broken", "One", "Three"]
    held = InboundPayload.objects.get(state="quarantined")
    assert held.reason.startswith("The mail server does not hand it out")
    assert held.sender == "elena@example.org"

    monkeypatch.setattr(imap.connections.IMAPOverLine, "fetch", honest)
    look_again(inbox)
    assert mailbox.poll(inbox) == 1  # whole, after all


def test_of_a_mail_that_is_too_large_the_beginning_is_kept_and_held(inbox, deliver, trusted, monkeypatch):
    monkeypatch.setattr(imap, "RAW_BYTES", 2**20)
    deliver("Small")
    raw = make_mail("x" * 70 + "\n" + ("y" * 70 + "\n") * 30_000, subject="Large")
    trusted.imap.deliver(inbox.address, raw)

    assert mailbox.poll(inbox) == 2

    assert sorted(subjects()) == ["Large", "Small"]
    held = InboundPayload.objects.get(state="quarantined")
    assert "more than this desk takes" in held.reason
    assert 60_000 < held.size < 80_000


def test_fault8_a_second_fetcher_finds_the_mailbox_taken(inbox, deliver):
    deliver("One")
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", [mailbox.LOCKS, inbox.pk])

        assert mailbox.poll(inbox) is None
        assert InboundPayload.objects.count() == 0

        cursor.execute("select pg_advisory_unlock(%s, %s)", [mailbox.LOCKS, inbox.pk])
    other.close()

    assert mailbox.poll(inbox) == 1


@pytest.mark.parametrize("point", ["imap.after_fetch", "imap.after_insert", "imap.before_flag"])
def test_fault3_a_fetcher_that_breaks_off_loses_and_doubles_nothing(make_mailbox, trusted, point):
    inbox = make_mailbox(after_fetch="seen")
    for subject in ("One", "Two"):
        trusted.imap.deliver(inbox.address, make_mail(subject=subject))
    with faults.armed(f"{point}=raise"), pytest.raises(faults.FaultInjected):
        mailbox.poll(inbox)

    mailbox.poll(inbox)

    assert subjects() == ["One", "Two"]
    assert InboundPayload.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"imap_host": "127.0.0.2"}, "could not be reached"),
        ({"imap_host": "nowhere.invalid"}, "no address"),
        ({"imap_security": "starttls"}, "The mail server"),
    ],
)
def test_trouble_is_written_down_until_it_is_over(make_mailbox, monkeypatch, changed, words):
    monkeypatch.setattr(imap, "PATIENCE", 2.0)  # one of them waits for a greeting that never comes
    inbox = make_mailbox(**changed)

    assert mailbox.poll(inbox) is None

    inbox.refresh_from_db()
    assert words in inbox.last_error
    assert (inbox.fetch_failures, inbox.failing_since is not None) == (1, True)


def test_a_wrong_password_is_said_in_words_and_forgotten_when_it_works_again(inbox, trusted):
    inbox.credentials = {"imap_password": "wrong"}
    mailbox.poll(inbox)
    inbox.refresh_from_db()
    assert inbox.last_error == "The mail server refused user or password."

    inbox.credentials = {"imap_password": trusted.imap.password}
    mailbox.poll(inbox)
    inbox.refresh_from_db()
    assert (inbox.fetch_failures, inbox.failing_since, inbox.last_error) == (0, None, "")


def test_a_certificate_that_nobody_vouches_for_is_refused(inbox, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    assert mailbox.poll(inbox) is None

    inbox.refresh_from_db()
    assert "certificate is not right" in inbox.last_error


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_the_other_ways_of_encryption_work_too(make_mailbox, trusted, security):
    inbox = make_mailbox(imap_port=trusted.imap.port, imap_security=security)
    trusted.imap.deliver(inbox.address, make_mail())

    assert mailbox.poll(inbox) == 1


def test_inboxes_that_a_watcher_looks_after_need_no_polling(inbox):
    assert list(mailbox.due_for_polling()) == [inbox]

    mailbox.poll(inbox)

    assert list(mailbox.due_for_polling()) == []


def test_an_inbox_without_a_mailbox_is_not_polled(make_mailbox):
    make_mailbox(imap_host="")

    assert list(mailbox.due_for_polling()) == []
