"""Outlook's formatted text: unpacked, and read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import compressed_rtf, rtf_text

# The two examples of [MS-OXRTFCP], 4
HELLO = "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af32068656c090020627705b06c647d0a800fa0"
OVERLAPPING = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"


@pytest.mark.parametrize(
    ("packed", "rtf"),
    [
        (HELLO, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"),
        (OVERLAPPING, b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
        ("", b""),
        ("00" * 20, b""),
    ],
)
def test_compressed_rtf_is_unpacked(packed, rtf):
    assert compressed_rtf.unpack(bytes.fromhex(packed)) == rtf


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (r"{\rtf1 Hello\par World}", "Hello\nWorld"),
        (r"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}", "Привет"),
        (r"{\rtf1\ansicpg932 \'93\'fa\'96\'7b}", "日本"),
        (r"{\rtf1\uc1 K\u246?ln \u8364\'80}", "Köln €"),
        (r"{\rtf1 \u-10179?\u-8704? \u-10179?}", "😀 \ufffd"),
        (r"{\rtf1\uc2 \u246xxa}", "öa"),
        (r"{\rtf1{\fonttbl{\f0 Arial;}}{\*\generator Word;}{\b bold} text}", "bold text"),
        (
            r"{\rtf1\fromhtml1{\*\htmltag64 <p>}Hello{\*\htmltag116 <br>}\htmlrtf \line \htmlrtf0 You}",
            "Hello\nYou",
        ),
        (r"{\rtf1 a\tab b \{c\} \\d}", "a\tb {c} \\d"),
        (r"{\rtf1 never closed", "never closed"),
        ("no rtf", ""),
    ],
)
def test_the_text_of_rtf_is_what_people_see(rtf, text):
    assert rtf_text.read(rtf.encode()) == text


@given(st.binary(max_size=300))
def test_no_damage_makes_it_stumble(data):
    rtf_text.read(b"{\\rtf1" + data)
    compressed_rtf.unpack(bytes.fromhex(HELLO)[:16] + data)
