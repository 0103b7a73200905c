"""Signed addresses and Message-IDs: only the exact form is believed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_inbox.email import reply_address

ADDRESS = "support@desk.test"


def test_an_address_reads_back():
    signed = reply_address.sign(ADDRESS, 42)

    assert signed.startswith("support+t42.")
    assert reply_address.read(signed) == 42
    assert reply_address.read(signed.upper()) == 42
    assert reply_address.without_tag(signed) == ADDRESS


def test_a_message_id_reads_back():
    minted = reply_address.mint(42, 1017, ADDRESS)

    assert minted.startswith("t42.1017.")
    assert minted.endswith("@desk.test")
    assert reply_address.read_message_id(minted) == 42


def test_an_address_and_an_id_do_not_vouch_for_each_other():
    mac_of_address = reply_address.sign(ADDRESS, 42).partition("@")[0].rpartition(".")[2]

    assert reply_address.read_message_id(f"t42.1.{mac_of_address}@desk.test") is None


def test_a_long_local_part_stays_as_it_is():
    long = "a" * 40 + "@desk.test"

    assert reply_address.sign(long, 42) == long


@pytest.mark.parametrize("number", ["41", "042", "420", "-42", "4²"])
def test_a_signature_holds_for_its_number_only(number):
    assert reply_address.read(reply_address.sign(ADDRESS, 42).replace("+t42.", f"+t{number}.")) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=64))
def test_no_other_signature_is_ever_believed(text):
    local = reply_address.sign(ADDRESS, 42).partition("@")[0]
    real = local.rpartition(".")[2]

    assert reply_address.read(f"support+t42.{text}@desk.test") in (
        {42, None} if text.lower() == real else {None}
    )


@settings(max_examples=65, deadline=None)
@given(st.integers(min_value=0, max_value=64))
def test_no_signature_of_another_length_is_believed(length):
    local, _at, domain = reply_address.sign(ADDRESS, 42).partition("@")
    head, _dot, mac = local.rpartition(".")
    other = (mac * 3)[:length]

    assert reply_address.read(f"{head}.{other}@{domain}") == (42 if length == 26 else None)
