import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email.parse import MailRefused, parse_email
from channels_inbox.email.peek import Peek, peek
from tests.channels_inbox.email.raw import mail
from tests.channels_inbox.email.samples import HERE


def test_the_header_is_enough_for_a_stub():
    peeked = peek(mail(subject="=?utf-8?Q?Der_Drucker_=C3=A4chzt?="))

    assert (peeked.from_name, peeked.from_email) == ("Jane Doe", "jane@customer.test")
    assert peeked.subject == "Der Drucker ächzt"
    assert peeked.message_id == "first@customer.test"
    assert peeked.date.isoformat() == "2026-03-03T10:12:11+01:00"


def test_a_mail_that_is_refused_still_tells_who_wrote():
    raw = mail(x_bomb="x" * 70_000)

    with pytest.raises(MailRefused):
        parse_email(raw)
    assert peek(raw).from_email == "jane@customer.test"


@pytest.mark.parametrize(
    "raw", [b"", b"\0\xff", b"no header at all", b"Subject", b":", b"From: \r\nSubject:\r\n"]
)
def test_nothing_tells_nothing(raw):
    assert peek(raw) == Peek()


def test_only_the_beginning_is_looked_at():
    assert peek(b"X: y\n" * 20_000 + b"Subject: too late\n\n").subject == ""
    assert len(peek(b"Subject: " + b"long " * 10_000).subject) <= 300


@pytest.mark.parametrize("path", sorted(HERE.glob("*.eml")), ids=lambda path: path.stem)
def test_it_agrees_with_the_full_reading(path):
    raw = path.read_bytes()
    peeked, parsed = peek(raw), parse_email(raw)

    assert (peeked.subject, peeked.message_id, peeked.date) == (
        parsed.subject,
        parsed.message_id,
        parsed.date,
    )
    assert peeked.from_email in (parsed.from_.email, "")


@given(
    st.one_of(st.binary(max_size=500), st.text('From:Sbject\n\r =?utf8Q<>@"(,', max_size=300).map(str.encode))
)
def test_it_never_raises(raw):
    assert isinstance(peek(raw), Peek)
