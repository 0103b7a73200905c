import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import calendar_text
from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import mail, multipart, part

INVITATION = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
DTSTART:16010101T030000
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:Visit\\, with a very long name that is f
 olded
DTSTART;TZID=Europe/Berlin:20260303T101200
DTEND;TZID=Europe/Berlin:20260303T111200
LOCATION:Room 5
DESCRIPTION:Please bring\\nthe printer.
END:VEVENT
END:VCALENDAR
"""
IN_WORDS = (
    "Visit, with a very long name that is folded\n"
    "2026-03-03 10:12 Europe/Berlin – 2026-03-03 11:12 Europe/Berlin\nRoom 5\n\nPlease bring\nthe printer."
)


def test_an_invitation_that_is_all_there_is_can_be_read():
    parsed = parse_email(mail(INVITATION, content_type="text/calendar; charset=utf-8; method=REQUEST"))

    assert parsed.text == parsed.visible_reply == IN_WORDS
    assert [file.filename for file in parsed.attachments] == ["invite.ics"]


def test_beside_a_text_an_invitation_is_only_a_file():
    parsed = parse_email(multipart(part("Shall we?"), part(INVITATION, "text/calendar")))

    assert parsed.text == "Shall we?"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("", ""),
        ("BEGIN:VEVENT", ""),
        ("BEGIN:VEVENT\nDTSTART;VALUE=DATE:20260303", "2026-03-03"),
        ("BEGIN:VEVENT\nDTSTART:20260303T091200Z\nSUMMARY:a", "a\n2026-03-03 09:12 UTC"),
        ("BEGIN:VEVENT\nSUMMARY:a\nBEGIN:VEVENT\nSUMMARY:b\nLOCATION:c", "a"),
        ("SUMMARY:of nothing", ""),
    ],
)
def test_what_an_event_says_is_told_in_lines(lines, text):
    assert calendar_text.read(lines) == text


@given(st.text(alphabet="BEGIN:VT\\n; \n=0123456789SUMARY", max_size=200))
def test_no_calendar_makes_it_stumble(text):
    assert isinstance(calendar_text.read(text), str)
