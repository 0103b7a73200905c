from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import mime
from channels_inbox.email.limits import MailRefused
from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import mail, multipart, part


def leaves(raw: bytes) -> list[tuple[str, bytes]]:
    return [(leaf.content_type, leaf.content) for leaf in mime.read(raw).walk() if not leaf.children]


def test_the_parts_of_a_multipart_are_found():
    raw = multipart(part("one"), part("<p>two</p>", "text/html"))

    assert leaves(raw) == [("text/plain", b"one"), ("text/html", b"<p>two</p>")]


def test_multiparts_stand_within_multiparts():
    inner = part("--in\r\n\r\na\r\n--in\r\n\r\nb\r\n--in--", "multipart/alternative; boundary=in")

    assert [content for _, content in leaves(multipart(inner, part("c")))] == [b"a", b"b", b"c"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        # never closed
        ('multipart/mixed; boundary="x"', b"--x\r\n\r\na\r\n--x\r\n\r\nb"),
        # announced wrongly, and not at all
        (
            'multipart/mixed; boundary="y"',
            b"--x\r\nContent-Type: text/plain\r\n\r\na\r\n--x\r\n\r\nb\r\n--x--",
        ),
        ("multipart/mixed", b"--x\r\nContent-Type: text/plain\r\n\r\na\r\n--x\r\n\r\nb\r\n--x--"),
        (
            'multipart/mixed; boundary="=--x"',
            b"----=--x\r\nContent-Type: text/plain\r\n\r\na\r\n----=--x\r\n\r\nb",
        ),
        # blanks behind the boundary, a preamble and an epilogue
        (
            "multipart/mixed; boundary=x",
            b"Preamble\r\n--x  \r\n\r\na\r\n--x\t\r\n\r\nb\r\n--x-- \r\nEpilogue",
        ),
        # parts that go on behind the end
        ("multipart/mixed; boundary=x", b"--x\n\na\n--x--\n\n--x\n\nb\n--x--\n"),
        # a line that only begins like the boundary
        ("multipart/mixed; boundary=x", b"--x\r\n\r\na\r\n--x\r\n\r\nb\r\n--x--\r\n--xy\r\n"),
        ('Multipart/Mixed; Boundary="x"', b"--x\n\na\n--x\n\nb\n--x--"),
        # the whole of it encoded, which it must not be
        ("multipart/mixed; boundary=x\r\nContent-Transfer-Encoding: base64", b"LS14CgphCi0teAoKYgotLXgtLQo="),
    ],
)
def test_boundaries_are_found_however_they_are_written(content_type, body):
    assert [content for _, content in leaves(mail(body, content_type=content_type))] == [b"a", b"b"]


def test_an_inner_multipart_may_have_the_boundary_of_the_outer():
    raw = multipart(
        part("", 'multipart/alternative; boundary="edge"'),
        part("a"),
        part("<p>a</p>", "text/html"),
        part("x", "image/png"),
    )

    root = mime.read(raw)

    assert [child.content_type for child in root.children] == ["multipart/alternative", "image/png"]
    assert [child.content_type for child in root.children[0].children] == ["text/plain", "text/html"]


def test_a_multipart_without_parts_is_text():
    assert leaves(mail("Just text.", content_type="multipart/mixed; boundary=x")) == [
        ("text/plain", b"Just text.")
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", "text/plain"),
        ("text", "text/plain"),
        ("html", "text/html"),
        ("TEXT/HTML", "text/html"),
        ("text/html charset=utf-8", "text/html"),
        ("garbage", "text/plain"),
    ],
)
def test_loose_content_types_are_understood(written, read):
    assert mime.read(mail(content_type=written)).content_type == read


def test_the_parts_of_a_digest_are_mails():
    assert leaves(multipart("\r\nSubject: x\r\n\r\nhello", kind="digest"))[0][0] == "message/rfc822"


def test_the_line_break_before_a_boundary_is_not_the_files():
    raw = multipart(part(b"a,b\r\n1,2\r\n", "text/csv"))

    assert leaves(raw) == [("text/csv", b"a,b\r\n1,2\r\n")]


def nested(depth: int) -> bytes:
    inside = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (level, level + 1)
        for level in range(depth)
    )
    return mail(inside + b"--b%d\r\n\r\nx" % depth, content_type="multipart/mixed; boundary=b0")


def test_parts_may_be_nested_twenty_deep_and_no_deeper():
    assert leaves(nested(18)) == [("text/plain", b"x")]
    with pytest.raises(MailRefused, match="20 deep"):
        mime.read(nested(21))


def test_more_than_five_hundred_parts_are_refused():
    with pytest.raises(MailRefused, match="500 parts"):
        mime.read(mail(b"--x\r\n\r\ny\r\n" * 600, content_type="multipart/mixed; boundary=x"))


@pytest.mark.parametrize("raw", [b"", b" \r\n\r\n \t"])
def test_an_empty_mail_is_refused(raw):
    with pytest.raises(MailRefused, match="empty"):
        mime.read(raw)


@given(
    st.lists(
        st.sampled_from(
            [b"--x", b"--x--", b"\n", b"\r\n", b"Content-Type: multipart/mixed; boundary=x", b"a", b" "]
        )
    )
)
def test_no_mixture_of_boundaries_makes_it_stumble(pieces):
    with suppress(MailRefused):
        mime.read(mail(b"".join(pieces), content_type="multipart/mixed; boundary=x"))


def test_a_text_whose_boundary_was_forgotten_is_not_lost():
    inner = (
        b'Content-Type: multipart/alternative; boundary="alt"\r\nContent-Type: text/plain; charset=utf-8\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n\r\n"
        b"--alt\r\n" + part("<p>rich</p>", "text/html") + b"\r\n--alt--\r\n"
    )

    parsed = parse_email(multipart(inner, part("PNG", "image/png")))

    assert (parsed.text, parsed.html, len(parsed.attachments)) == ("Grüße", "<p>rich</p>", 1)
