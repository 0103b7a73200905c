"""What a mail client does with the demo mailboxes."""

from __future__ import annotations

import datetime
import socket

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from helpdesk.demo_mail.imap.syntax import BadCommand, parse

DESK = "support@demo.test"
MAIL = (
    b"From: Customer <customer@demo.test>\r\nTo: support@demo.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"Message-ID: <one@demo.test>\r\nX-Long: first\r\n second\r\n\r\nGood morning\r\n{7}\r\n\xff\xfe\r\n"
)


@pytest.fixture
def inbox(demo_mail):
    with demo_mail.open(DESK) as client:
        yield client


def fill(demo_mail, count: int = 3) -> None:
    for number in range(1, count + 1):
        demo_mail.store.deliver(DESK, MAIL.replace(b"one@", b"%d@" % number))


def test_a_message_comes_back_byte_for_byte(demo_mail, inbox):
    demo_mail.store.deliver(DESK, MAIL)
    inbox.noop()

    found = inbox.fetch([1], ["UID", "FLAGS", "RFC822.SIZE", "INTERNALDATE", "BODY.PEEK[]"])

    assert found[1][b"BODY[]"] == MAIL
    assert found[1][b"RFC822.SIZE"] == len(MAIL)
    assert found[1][b"FLAGS"] == ()
    age = datetime.datetime.now(datetime.UTC) - found[1][b"INTERNALDATE"].astimezone(datetime.UTC)
    assert abs(age) < datetime.timedelta(minutes=5)


def test_the_fetcher_asks_for_what_came_after_the_last_uid(demo_mail):
    fill(demo_mail, 3)
    with demo_mail.open(DESK) as client:
        assert client.search(["UID", "2:*"]) == [2, 3]
        assert client.search(["UID", "9:*"]) == [3]  # the star is the last one there is (RFC 3501, 6.4.8)


def test_a_client_that_idles_hears_of_new_mail(demo_mail, inbox):
    inbox.idle()

    demo_mail.store.deliver(DESK, MAIL)

    assert inbox.idle_check(timeout=10) == [(1, b"EXISTS")]
    inbox.idle_done()
    assert inbox.search() == [1]


def test_a_moved_message_is_in_the_other_folder_and_here_no_more(demo_mail):
    fill(demo_mail, 3)
    with demo_mail.open(DESK) as client:
        client.move([2], "Processed")

        assert client.search() == [1, 3]
        client.select_folder("Processed", readonly=True)
        assert (
            b"<2@demo.test>" in client.fetch([1], ["BODY.PEEK[HEADER.FIELDS (Message-ID)]"])[1].popitem()[1]
        )


def test_a_uid_is_never_given_twice(demo_mail):
    fill(demo_mail, 2)
    with demo_mail.open(DESK) as client:
        validity = client.folder_status("INBOX", ["UIDVALIDITY", "UIDNEXT"])
        client.delete_messages([2])
        client.expunge()

        in_march = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
        answer = client.append("INBOX", MAIL, flags=[b"\\Seen"], msg_time=in_march)

    assert validity[b"UIDNEXT"] == 3
    assert b"APPENDUID %d 3" % validity[b"UIDVALIDITY"] in answer
    appended = demo_mail.store.mails(DESK)[-1]
    assert (appended.uid, appended.flags, appended.received_at) == (3, {"\\Seen"}, in_march)


def test_flags_and_keywords_stay(demo_mail):
    fill(demo_mail, 1)
    with demo_mail.open(DESK) as client:
        client.add_flags([1], [b"\\Seen", b"$Imported"])
        client.remove_flags([1], [b"\\Seen"])

        assert client.get_flags([1]) == {1: (b"$Imported",)}
        assert client.search(["KEYWORD", "$Imported"]) == [1]
        assert client.search(["UNKEYWORD", "$Imported"]) == []
        assert client.search("UNSEEN") == [1]


def test_reading_marks_as_seen_and_peeking_does_not(demo_mail):
    fill(demo_mail, 2)
    with demo_mail.open(DESK) as client:
        client.fetch([1], ["BODY[]"])
        client.fetch([2], ["BODY.PEEK[]"])

        assert client.search("SEEN") == [1]


def test_a_folder_opened_to_look_cannot_be_changed(demo_mail):
    fill(demo_mail, 1)
    with demo_mail.open(DESK) as client:
        client.select_folder("INBOX", readonly=True)

        with pytest.raises(IMAPClientError, match="reading only"):
            client.add_flags([1], [b"\\Seen"])
        client.fetch([1], ["BODY[]"])
        assert client.search("UNSEEN") == [1]


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (["ALL"], [1, 2, 3]),
        (["SUBJECT", "Grüße"], [1, 2, 3]),
        (["HEADER", "Message-ID", "<2@demo.test>"], [2]),
        (["FROM", "nobody"], []),
        (["NOT", "UID", "1:2"], [3]),
        (["OR", "UID", "1", "UID", "3"], [1, 3]),
        (["SINCE", datetime.date(2020, 1, 1)], [1, 2, 3]),
        (["BEFORE", datetime.date(2020, 1, 1)], []),
        (["UNSEEN", ["UNFLAGGED", "UNDELETED"]], [1, 2, 3]),
    ],
)
def test_search(demo_mail, criteria, found):
    fill(demo_mail, 3)
    with demo_mail.open(DESK) as client:
        assert client.search(criteria, charset="UTF-8") == found


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("BODY.PEEK[TEXT]", b"Good morning\r\n{7}\r\n\xff\xfe\r\n"),
        ("BODY.PEEK[HEADER.FIELDS (X-LONG)]", b"X-Long: first\r\n second\r\n\r\n"),
        ("BODY.PEEK[]<0.9>", b"From: Cus"),
    ],
)
def test_parts_of_a_message(demo_mail, part, content):
    demo_mail.store.deliver(DESK, MAIL)
    with demo_mail.open(DESK) as client:
        answer = client.fetch([1], [part])[1]

        assert content in answer.values()


def test_two_clients_see_what_the_other_does(demo_mail):
    fill(demo_mail, 3)
    with demo_mail.open(DESK) as one, demo_mail.open(DESK) as other:
        one.delete_messages([1])
        one.expunge()
        one.add_flags([3], [b"\\Flagged"])

        _, news = other.noop()

        assert news[0] == (1, b"EXPUNGE")
        assert news[1][:2] == (2, b"FETCH")


def test_folders(demo_mail, inbox):
    inbox.create_folder("Invoices")

    names = {name for _, _, name in inbox.list_folders()}
    assert {"INBOX", "Sent", "Processed", "Invoices"} <= names
    assert inbox.folder_exists("Invoices")
    with pytest.raises(IMAPClientError, match="no folder"):
        inbox.select_folder("Elsewhere")


def test_only_the_password_opens_and_only_addresses_in_test(demo_mail):
    with IMAPClient("127.0.0.1", demo_mail.imap_port, ssl=False) as client:
        with pytest.raises(LoginError, match="password"):
            client.login(DESK, "wrong")
        with pytest.raises(LoginError, match=r"\.test"):
            client.login("somebody@example.com", "demo")
        with pytest.raises(LoginError, match=r"\.test"):
            client.login("../../etc@evil.test", "demo")


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"a FETCH 1 (FLAGS)", b"a BAD Sign in first."),
        (b"a LOGIN support@demo.test", b"a BAD Something is missing at the end."),
        (b"a UID LOGIN x y", b"a BAD LOGIN is not served here."),
        (b"a FLY", b"a BAD FLY is not served here."),
        (b"a", b"a BAD A command is a tag and a name."),
        (b"a LIST ((", b"a BAD A parenthesis was never closed."),
    ],
)
def test_nonsense_is_answered(demo_mail, sent, answer):
    with (
        socket.create_connection(("127.0.0.1", demo_mail.imap_port), 10) as line,
        line.makefile("rb") as lines,
    ):
        lines.readline()
        line.sendall(sent + b"\r\n")

        assert lines.readline().strip() == answer


def test_a_command_is_taken_apart():
    command = parse(
        b'A1 append "In \\"quotes\\"" (\\Seen $x) {5+}\r\na) "b BODY[HEADER.FIELDS (To From)]<0.5>\r\n'
    )

    assert (command.tag, command.name) == ("A1", "APPEND")
    assert command.arguments == [
        'In "quotes"',
        ["\\Seen", "$x"],
        b'a) "b',
        "BODY[HEADER.FIELDS (To From)]<0.5>",
    ]


def test_a_lonely_parenthesis_is_no_command():
    with pytest.raises(BadCommand):
        parse(b"A1 LIST )\r\n")
