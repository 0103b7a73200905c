from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import yenc
from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import mail


def encode(content: bytes) -> bytes:
    """As a newsreader would: each byte 42 larger, four of them escaped, lines of 128."""
    letters = b"".join(
        b"=%c" % ((byte + 42 + 64) % 256) if (byte + 42) % 256 in b"\0\n\r=" else b"%c" % ((byte + 42) % 256)
        for byte in content
    )
    return b"\r\n".join(letters[at : at + 128] for at in range(0, len(letters), 128))


def in_text(content: bytes) -> bytes:
    head = b"=ybegin line=128 size=%d name=picture one.jpg\r\n" % len(content)
    return head + encode(content) + b"\r\n=yend size=%d\r\n" % len(content)


def test_a_yencoded_file_is_taken_out_of_the_text():
    content = bytes(range(256)) * 3

    parsed = parse_email(mail(b"Here it is:\r\n" + in_text(content) + b"Bye"))

    [file] = parsed.attachments
    assert (file.filename, file.content_type, file.content) == ("picture one.jpg", "image/jpeg", content)
    assert parsed.text == "Here it is:\nBye"


def test_a_file_without_an_end_stays_in_the_text():
    assert yenc.find(b"=ybegin line=128 size=3 name=a.bin\r\nabc\r\n") is None


@given(st.binary(max_size=300), st.binary(max_size=20))
def test_what_was_encoded_is_found_again(content, before):
    # A line break inside of an escape cannot be told from one that was encoded so
    if b"=\r\n" not in encode(content):
        assert yenc.find(before.replace(b"=", b"") + b"\r\n" + in_text(content)).content == content
