import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import transfer


@pytest.mark.parametrize(
    ("encoding", "data", "meant"),
    [
        ("base64", b"aGVsbG8=", b"hello"),
        ("BASE64", b"aGVs\r\nbG8=\r\n", b"hello"),
        ('"base64";', b"aGVsbG8", b"hello"),
        ("base64", b"aGVsbG8=IHdvcmxk", b"hello world"),
        ("base64", b"aGVs bG8=\n", b"hello"),
        ("base64", b"aGVsbG8=\n\n-- \nThe list's footer", b"hello"),
        ("base64", b"aGVs*bG8=", b"hello"),
        ("base64", b"aG!VsbG8gd29y\nbGQ=\n", b"hello world"),
        ("base64", b"Sure, no problem", b"Sure, no problem"),
        ("base64", b"[removed]", b"[removed]"),
        ("base64", b"Danke!", b"Danke!"),
        ("base64", b"This was never encoded at all.", b"This was never encoded at all."),
        ("base64", b"", b""),
        ("base64", b"A", b""),
        ("quoted-printable", b"caf=C3=A9 =3D soft=\r\nbreak", b"caf\xc3\xa9 = softbreak"),
        ("quoted-printable", b"soft= \t\r\nbreak", b"softbreak"),
        ("Quoted_Printable", b"=c3=a9", b"\xc3\xa9"),
        ("quoted-printable", b"100% = all, =ZZ", b"100% = all, =ZZ"),
        ("7bit", b"as it is", b"as it is"),
        ("8bit", b"\xe9", b"\xe9"),
        ("", b"as it is", b"as it is"),
        ("x-unheard-of", b"as it is", b"as it is"),
        ("x-uuencode", b"begin 644 a.txt\n%:&5L;&\\\n`\nend\n", b"hello"),
    ],
)
def test_what_travelled_becomes_what_was_meant(encoding, data, meant):
    assert transfer.decode(data, encoding) == meant


@given(st.binary(max_size=500))
def test_base64_is_undone_with_and_without_padding(data):
    wrapped = base64.encodebytes(data)
    assert transfer.base64(wrapped) == data
    assert transfer.base64(wrapped.replace(b"=", b"")) == data


@given(st.binary(max_size=500))
def test_no_bytes_make_it_stumble(data):
    for encoding in ("base64", "quoted-printable", "x-uuencode"):
        assert isinstance(transfer.decode(data, encoding), bytes)


def test_a_uuencoded_file_is_found_where_it_stands():
    lines = b"".join(binascii.b2a_uu(b"x" * 45) for _ in range(3))
    text = b"Here it is:\nbegin 644 my file.bin\n" + lines + b"`\nend\nBye\n"

    found = transfer.uuencoded(text)

    assert (found.name, found.content) == ("my file.bin", b"x" * 135)
    assert text[: found.start] + text[found.end :] == b"Here it is:\nBye\n"


def test_a_uuencoded_file_that_was_cut_off_ends_where_the_text_goes_on():
    lines = b"".join(binascii.b2a_uu(b"x" * 45) for _ in range(4))
    text = b"begin 644 a.bin\n" + lines + b"-- \nA footer, which is no code.\n"

    found = transfer.uuencoded(text)

    assert found.content == b"x" * 180
    assert text[found.end :] == b"-- \nA footer, which is no code.\n"


def test_a_sentence_that_begins_with_begin_is_no_file():
    assert transfer.uuencoded(b"begin 2026 well\nand end it better\n") is None
    assert transfer.uuencoded(b"begin 644 notes\nthis is not encoded, it's prose!\n") is None
