"""Property tests of every name that is a proof: signed addresses and Message-IDs, of customers and of agents."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels_inbox.email import agent_address, message_ids, reply_address
from channels_inbox.email.agent_address import Bound
from channels_inbox.email.parse import parse_email
from tests.channels_inbox.email.raw import mail

MAC = 26
LETTERS = string.ascii_lowercase + "234567"
ADDRESS = "help@desk.test"
numbers = st.integers(1, 10**12)
macs = st.text(LETTERS, max_size=64)


def names(number: int) -> list[tuple[str, object]]:
    """Each kind of name for this number, with the function that reads it."""
    return [
        (reply_address.sign(ADDRESS, number), reply_address.read),
        (reply_address.mint(number, 17, ADDRESS), reply_address.read_message_id),
        (agent_address.sign(ADDRESS, Bound(3, number)), agent_address.read),
        (agent_address.mint(Bound(3, number), 17, ADDRESS), agent_address.read_message_id),
    ]


def with_mac(name: str, mac: str) -> str:
    local, at, domain = name.rpartition("@")
    return f"{local[:-MAC]}{mac}{at}{domain}"


@given(numbers)
def test_each_reads_back(number):
    assert [read(name) for name, read in names(number)] == [
        number,
        number,
        Bound(3, number),
        Bound(3, number),
    ]


@pytest.mark.parametrize("length", range(65))
def test_security3_no_mac_of_another_length_is_believed(length):
    for name, read in names(42):
        own = name.rpartition("@")[0][-MAC:]
        for mac in {(own * 3)[:length], own[:length] + "a" * (length - MAC), "a" * length} - {own}:
            assert read(with_mac(name, mac)) is None


@given(numbers, macs)
@example(42, "")
def test_security3_no_other_mac_is_believed(number, mac):
    for name, read in names(number):
        if mac != name.rpartition("@")[0][-MAC:]:
            assert read(with_mac(name, mac)) is None


@given(numbers, numbers)
def test_security3_a_mac_holds_for_its_number_only(number, other):
    if number != other:
        for (name, read), (foreign, _read) in zip(names(number), names(other), strict=True):
            assert read(with_mac(name, foreign.rpartition("@")[0][-MAC:])) is None


@given(numbers, st.lists(st.booleans(), min_size=120, max_size=120))
def test_mail_programs_may_change_the_case(number, upper):
    for name, read in names(number):
        shouted = "".join(c.upper() if up else c for c, up in zip(name, upper, strict=False))
        assert read(shouted) == read(name) is not None


@given(numbers, st.text(LETTERS + "0189._=", min_size=1, max_size=8))
def test_security3_a_name_within_another_word_is_none(number, letters):
    """Put before or behind the name itself, anything spoils it."""
    for name, read in names(number):
        local, _at, domain = name.rpartition("@")
        assert read(f"{local}{letters}@{domain}") is None
        start = local.rfind("+") + 1
        assert read(f"{local[:start]}{letters}{local[start:]}@{domain}") is None


@given(numbers, st.integers(1, 60))
def test_a_message_id_that_was_wrapped_is_the_same(number, at):
    """Long References are folded by programs that do not care where."""
    for name, read in names(number)[1::2]:
        wrapped = f"<{name[:at]}\r\n {name[at:]}>"
        assert read(message_ids.first(wrapped)) == read(name)
        parsed = parse_email(mail(references=f"<other@x.test> {wrapped}"))
        assert read(parsed.references[-1]) == read(name)


@given(st.text(max_size=200))
def test_no_other_text_is_a_name(text):
    for read in (
        reply_address.read,
        reply_address.read_message_id,
        agent_address.read,
        agent_address.read_message_id,
    ):
        assert read(text) is None


@given(numbers)
def test_security2_no_kind_of_name_vouches_for_another(number):
    """Whoever holds a customer's proof holds no agent's."""
    readers = [read for _name, read in names(number)]
    for place, (name, _own) in enumerate(names(number)):
        for other, read in enumerate(readers):
            if other != place:
                assert read(name) is None
