import pytest

from channels_inbox.email import headers
from channels_inbox.email.limits import MailRefused
from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import mail


def read(block: bytes):
    return headers.read(block, 0, len(block))


def test_the_body_begins_behind_the_first_empty_line():
    block = b"Subject: hello\r\nTo: x\r\n\r\n"

    own, body = read(block + b"Subject: not this\r\n")

    assert own.items == [("Subject", "hello"), ("To", "x")]
    assert body == len(block)


@pytest.mark.parametrize(
    ("block", "subject"),
    [
        (b"Subject: one\r\n two\r\n\tthree\r\n\r\n", "one two three"),
        (b"Subject : blanks before the colon\n\n", "blanks before the colon"),
        (b"subject:no blank\n\n", "no blank"),
        (b"Subject: caf\xc3\xa9\n\n", "café"),
        (b"Subject: caf\xe9\n\n", "café"),
        (b"Content-Type: text/plain; charset=koi8-r\nSubject: \xf0\xd2\xc9\xd7\xc5\xd4\n\n", "Привет"),
        (b"Subject: a\x00b\n\n", "ab"),
        (b"From jane@customer.test Tue Mar 3 10:12:11 2026\nSubject: out of an mbox\n\n", "out of an mbox"),
        (b"Subject: broken here\nand not folded\nTo: x\n\n", "broken here and not folded"),
        (b"Subject: ends with the mail", "ends with the mail"),
        (b"Subject: first\nSubject: second\n\n", "first"),
        (b"Subject: \xe2\x80\xaeevil\xe2\x80\xac \xe2\x80\x8bname\n\n", "evil name"),
    ],
)
def test_a_field_is_read_however_it_is_written(block, subject):
    own, _ = read(block)

    assert own.line("subject") == subject


def test_a_line_that_is_no_field_begins_the_body_when_no_fields_follow():
    own, body = read(b"Subject: x\nHello there,\nmy printer is on fire.\n\nJane\n")

    assert own.items == [("Subject", "x")]
    assert body == 11


def test_a_boundary_begins_the_body_without_an_empty_line():
    own, body = read(b"Subject: x\n \n--edge\nContent-Type: text/plain\n\nHi\n--edge--\n")

    assert own.items == [("Subject", "x")]
    assert body == 13


def test_a_field_without_its_name_is_passed_over():
    own, body = read(b"To: x\n: lost\nSubject: y\n\nHello\n")

    assert own.line("subject") == "y"
    assert body == 25


def test_a_field_with_blanks_in_its_name_is_no_body():
    block = b"Subject: y\nX-Spam Check Result: passed\n\nHello\n"

    own, body = read(block)

    assert own.items == [("Subject", "y"), ("X-Spam-Check-Result", "passed")]
    assert block[body:] == b"Hello\n"


def test_lines_may_end_in_bare_carriage_returns():
    parsed = parse_email(mail("line one\nline two").replace(b"\r\n", b"\n").replace(b"\n", b"\r"))

    assert parsed.subject == "The printer is on fire"
    assert parsed.text == "line one\nline two"


def test_lines_may_end_in_two_carriage_returns():
    parsed = parse_email(mail("line one\r\nline two").replace(b"\r\n", b"\r\r\n"))

    assert (parsed.subject, parsed.text) == ("The printer is on fire", "line one\nline two")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be"])
def test_a_mail_may_have_been_saved_in_wide_letters(codec):
    raw = ("" if codec == "utf-16" else "\ufeff") + mail("Grüße").decode()

    assert parse_email(raw.encode(codec)).text == "Grüße"


def test_a_mail_may_begin_with_a_byte_order_mark_and_empty_lines():
    assert parse_email(b"\xef\xbb\xbf\r\n\r\n" + mail()).from_.email == "jane@customer.test"


@pytest.mark.parametrize(
    "block",
    [
        b"Subject: " + b"x" * 70_000 + b"\r\n\r\n",
        b"Subject: x\r\n" + b" fold\r\n" * 12_000 + b"\r\n",
        b"X-One: y\r\n" * 30_000 + b"\r\n",
    ],
)
def test_an_endless_header_is_refused(block):
    with pytest.raises(MailRefused, match="longer than"):
        read(block)


def test_all_fields_of_a_name_are_found_in_order():
    own, _ = read(b"Received: two\nSubject: x\nReceived: one\n\n")

    assert own.all("received") == ["two", "one"]
    assert own.all("x-missing") == []
