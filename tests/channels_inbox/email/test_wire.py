import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_inbox.email import wire
from channels_inbox.email.parse import parse_email
from channels_inbox.email.parsed import ParsedEmail
from tests.channels_inbox.email.raw import mail
from tests.channels_inbox.email.samples import HERE


@pytest.mark.parametrize("path", sorted(HERE.glob("*.eml")), ids=lambda path: path.stem)
def test_a_mail_goes_over_the_wire_unchanged(path):
    parsed = parse_email(path.read_bytes())

    assert wire.load(wire.dump(parsed)) == parsed


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
attributes = st.builds(
    ParsedEmail,
    **dict.fromkeys(["subject", "message_id", "in_reply_to", "text", "html", "visible_reply"], text),
)


@given(attributes)
def test_any_mail_does(parsed):
    assert wire.load(wire.dump(parsed)) == parsed


@given(st.binary(max_size=200))
def test_nonsense_is_not_understood(payload):
    with pytest.raises(wire.NotUnderstood):
        wire.load(payload)


@given(st.integers(min_value=0, max_value=2_000), st.integers(min_value=0, max_value=255))
def test_a_damaged_frame_is_understood_or_refused(at, byte):
    payload = bytearray(wire.dump(parse_email(mail())))
    payload[at % len(payload)] = byte

    try:
        assert isinstance(wire.load(bytes(payload)), ParsedEmail)
    except wire.NotUnderstood:
        return
