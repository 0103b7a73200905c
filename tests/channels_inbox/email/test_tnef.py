"""winmail.dat as Outlook writes it, put together here attribute by attribute ([MS-OXTNEF])."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import tnef
from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import multipart, part


def attribute(number: int, value: bytes, level: int = 2) -> bytes:
    return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(*entries: tuple[int, int, bytes]) -> bytes:
    """MAPI properties of variable length: (tag, type, value)."""
    found = struct.pack("<I", len(entries))
    for tag, kind, value in entries:
        found += struct.pack("<HHII", kind, tag, 1, len(value)) + value + b"\0" * (-len(value) % 4)
    return found


def winmail(*attributes: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(attributes)


FILE = (
    attribute(0x00069002, b"\0" * 14)
    + attribute(0x00018010, b"REPORT~1.PDF\0")
    + attribute(0x0006800F, b"%PDF content")
    + attribute(
        0x00069005,
        properties(
            (0x3707, 0x001F, "Bericht für März.pdf\0".encode("utf-16-le")),
            (0x370E, 0x001E, b"application/pdf\0"),
        ),
    )
)


def test_the_files_inside_are_unpacked_under_their_long_names():
    packed = tnef.read(
        winmail(
            FILE, attribute(0x00069002, b""), attribute(0x00018010, b"b.txt\0"), attribute(0x0006800F, b"B")
        )
    )

    assert [(file.name, file.content_type, file.content) for file in packed.files] == [
        ("Bericht für März.pdf", "application/pdf", b"%PDF content"),
        ("b.txt", "", b"B"),
    ]


def test_a_mail_shows_what_was_packed_and_not_the_package():
    raw = multipart(part("See the file."), part(winmail(FILE), "application/ms-tnef; name=winmail.dat"))

    [file] = parse_email(raw).attachments

    assert (file.filename, file.content) == ("Bericht für März.pdf", b"%PDF content")


def test_a_body_that_exists_only_inside_is_shown():
    body = attribute(
        0x00069003, properties((0x1000, 0x001F, "Grüße aus Köln\0".encode("utf-16-le"))), level=1
    )

    parsed = parse_email(multipart(part(winmail(body, FILE), "application/ms-tnef; name=winmail.dat")))

    assert parsed.text == parsed.visible_reply == "Grüße aus Köln"


def test_html_inside_is_shown_too():
    body = attribute(0x00069003, properties((0x1013, 0x0102, b"<p>Gr\xc3\xbc\xc3\x9fe</p>")), level=1)

    parsed = parse_email(multipart(part(winmail(body), "application/ms-tnef; name=winmail.dat")))

    assert (parsed.html, parsed.text) == ("<p>Grüße</p>", "Grüße")


def test_a_package_that_cannot_be_read_stays_a_file():
    [file] = parse_email(
        multipart(part("x"), part("not TNEF", "application/ms-tnef; name=winmail.dat"))
    ).attachments

    assert (file.filename, file.content) == ("winmail.dat", b"not TNEF")


def test_a_body_that_is_only_compressed_rtf_is_shown():
    rtf = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}Gr\'fc\'dfe\par aus K\u246?ln}"
    stored = struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
    body = attribute(0x00069003, properties((0x1009, 0x0102, stored)), level=1)

    parsed = parse_email(multipart(part(winmail(body, FILE), "application/ms-tnef; name=winmail.dat")))

    assert parsed.text == "Grüße\naus Köln"


def test_a_mail_inside_of_the_package_gives_its_files_and_its_text():
    inner = winmail(attribute(0x0002800C, b"Inner text\0", level=1), FILE)
    object_id = bytes.fromhex("0703020000000000c000000000000046")
    outer = winmail(
        attribute(0x00069002, b""),
        attribute(0x00018010, b"Forwarded\0"),
        attribute(0x0006800F, b"a stand-in"),
        attribute(0x00069005, properties((0x3701, 0x000D, object_id + inner))),
    )

    packed = tnef.read(outer)

    assert [(file.name, file.content) for file in packed.files] == [
        ("Forwarded.txt", b"Inner text"),
        ("Bericht für März.pdf", b"%PDF content"),
    ]


def test_a_mail_inside_that_says_nothing_leaves_its_stand_in():
    object_id = bytes.fromhex("0703020000000000c000000000000046")
    outer = winmail(
        attribute(0x00069002, b""),
        attribute(0x00018010, b"List\0"),
        attribute(0x0006800F, b"a stand-in"),
        attribute(0x00069005, properties((0x3701, 0x000D, object_id + winmail()))),
    )

    assert [(file.name, file.content) for file in tnef.read(outer).files] == [("List", b"a stand-in")]


@given(st.integers(min_value=0, max_value=len(FILE)), st.binary(max_size=40))
def test_no_damage_makes_it_stumble(length, tail):
    tnef.read(winmail(FILE[:length] + tail))
