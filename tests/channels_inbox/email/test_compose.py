"""A mail that leaves: well formed, one line a header, inert whatever people write into names and subjects."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels_inbox.adapter import SendFailed
from channels_inbox.email import loop_mark
from channels_inbox.email.compose import compose
from channels_inbox.messages import FileRef, OutboundMessage, Sender

PICTURE = FileRef(
    name="shot.png", content_type="image/png", content=b"\x89PNG", content_id="abc@desk.test", is_inline=True
)
REPORT = FileRef(name="Übersicht 2026.pdf", content_type="application/pdf", content=b"%PDF")
NASTY = [
    "a\r\nBcc: evil@x.test",
    "a\nBcc: evil@x.test",
    "a\rBcc: e@x.test",
    "a\0b",
    "a\u2028Bcc: e@x.test",
    "\r\n\r\nbody",
]


def make(**fields: Any) -> OutboundMessage:
    values: dict[str, Any] = {
        "sender": Sender(handle="support@desk.test", name="Ada (Northwind)"),
        "reply_to": "support+t42.abc@desk.test",
        "to": ("elena@example.org",),
        "subject": "Re: Charged twice",
        "text": "Hello",
        "html": "<p>Hello</p>",
        "message_id": "t42.7.mac@desk.test",
        "date": datetime(2026, 11, 3, 9, 0, tzinfo=UTC),
    }
    return OutboundMessage(**(values | fields))


def read(message: OutboundMessage) -> EmailMessage:
    mail = email.message_from_bytes(compose(message), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def shape(mail: MIMEPart) -> Any:
    if mail.is_multipart():
        return mail.get_content_subtype(), [shape(part) for part in mail.iter_parts()]
    return mail.get_content_type()


def test_a_reply_has_all_that_a_mail_program_looks_for():
    mail = read(
        make(
            in_reply_to="q@example.org",
            references=("a@example.org", "q@example.org"),
            cc=("bob@example.org",),
        )
    )

    assert mail["From"] == '"Ada (Northwind)" <support@desk.test>'
    assert mail["Reply-To"] == '"Ada (Northwind)" <support+t42.abc@desk.test>'
    assert (mail["To"], mail["Cc"]) == ("elena@example.org", "bob@example.org")
    assert mail["Message-ID"] == "<t42.7.mac@desk.test>"
    assert mail["In-Reply-To"] == "<q@example.org>"
    assert mail["References"] == "<a@example.org> <q@example.org>"
    assert mail["Date"].datetime == datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    assert mail[loop_mark.HEADER] == loop_mark.mark()
    assert mail["Auto-Submitted"] is None


def test_text_html_picture_and_file_each_have_their_place():
    mail = read(make(files=(PICTURE, REPORT)))

    assert shape(mail) == (
        "mixed",
        [("alternative", ["text/plain", ("related", ["text/html", "image/png"])]), "application/pdf"],
    )
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<abc@desk.test>"
    assert picture.get_content_disposition() == "inline"
    assert next(iter(mail.iter_attachments())).get_filename() == "Übersicht 2026.pdf"


def test_every_line_ends_as_mail_servers_want_and_none_is_too_long():
    raw = compose(make(text="Zeile mit ß " * 400, html="<p>" + "wörter " * 4000 + "</p>"))

    lines = raw.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 998
    assert raw.isascii()


def test_who_gets_a_blind_copy_stands_nowhere():
    assert b"secret@example.org" not in compose(make(bcc=("secret@example.org",)))


def test_the_page_says_its_language_and_direction():
    mail = read(make(language="ar"))

    html = mail.get_body(("html",)).get_content()
    assert '<html lang="ar">' in html
    assert 'dir="rtl"' in html
    assert mail["Content-Language"] == "ar"


@pytest.mark.parametrize(("in_reply_to", "kind"), [("q@example.org", "auto-replied"), ("", "auto-generated")])
def test_what_a_machine_writes_asks_machines_not_to_answer(in_reply_to, kind):
    mail = read(make(automatic=True, in_reply_to=in_reply_to))

    assert mail["Auto-Submitted"] == kind
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] == ("auto_reply" if in_reply_to else None)


@pytest.mark.parametrize("nasty", NASTY)
def test_security81_nothing_that_people_write_becomes_a_header(nasty):
    mail = read(
        make(
            subject=nasty,
            sender=Sender(handle="support@desk.test", name=nasty),
            in_reply_to=nasty,
            references=(nasty,),
            language=nasty,
            files=(FileRef(name=nasty, content_type=nasty, content=b"x"),),
        )
    )

    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject")) == 1
    assert mail["From"].addresses[0].addr_spec == "support@desk.test"
    assert not any(name.lower() == "bcc" for part in mail.walk() for name in part)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=120))
def test_security81_any_subject_and_name_is_one_line_each(subject, name):
    raw = compose(make(subject=subject, sender=Sender(handle="support@desk.test", name=name)))

    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert [header for header in mail if header.lower() in ("bcc", "x-evil")] == []
    assert mail["To"] == "elena@example.org"
    assert mail.get_body(("plain",)).get_content().strip() == "Hello"


SPECIAL = st.text('abc <>@,;:()[]."\\ü', max_size=120)


@settings(max_examples=300, deadline=None)
@given(st.one_of(SPECIAL, st.text(max_size=120)))
@example(
    "Hello Bcc: victim@elsewhere.test (who never asked for it), <victim@elsewhere.test>, and a long tail"
)
@example("A" * 60 + " <victim@elsewhere.test>, x")
@example('"' * 60)
@example("ü" * 80 + " <victim@elsewhere.test>")
def test_security81_no_name_becomes_an_address(name):
    """Also where the line is so long that it has to be folded."""
    mail = read(make(sender=Sender(handle="support@desk.test", name=name), reply_to="support+t1.x@desk.test"))

    for header, address in (("From", "support@desk.test"), ("Reply-To", "support+t1.x@desk.test")):
        assert [found.addr_spec for found in mail[header].addresses] == [address]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@",
        "@b.test",
        "a b@c.test",
        "a@b.test\r\nBcc: e@x.test",
        "jörg@example.org",
        "a,b@c.test",
    ],
)
def test_an_address_that_mail_cannot_have_is_refused_for_good(address):
    with pytest.raises(SendFailed) as failure:
        compose(make(to=(address,)))

    assert failure.value.permanent


def test_a_domain_in_other_letters_is_written_in_ascii():
    assert read(make(to=("info@müller.example",)))["To"] == "info@xn--mller-kva.example"


def test_a_mail_within_a_mail_is_attached_as_a_plain_file():
    mail = read(
        make(files=(FileRef(name="old.eml", content_type="message/rfc822", content=b"Subject: x\n\ny"),))
    )

    (file,) = mail.iter_attachments()
    assert file.get_content_type() == "application/octet-stream"
