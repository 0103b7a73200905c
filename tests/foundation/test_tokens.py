"""Proofs that something came from us hold for exactly what they were made for."""

from __future__ import annotations

import string

import pytest
from django.core import signing
from hypothesis import given
from hypothesis import strategies as st

from foundation import tokens

ALPHABET = set(string.ascii_lowercase + "234567")
parts = st.lists(st.text(max_size=10) | st.integers(), max_size=4)


@given(st.text(max_size=10), parts)
def test_a_mac_proves_its_parts(purpose, given_parts):
    mac = tokens.mac(purpose, *given_parts)

    assert len(mac) == tokens.MAC_LENGTH == 26
    assert set(mac) <= ALPHABET
    assert tokens.mac_ok(purpose, mac, *given_parts)


@given(st.text(max_size=64), st.integers(0, 64))
def test_no_other_token_of_any_length_is_taken_for_a_mac(noise, length):
    """Cut, extended, empty, in capitals, or made up: lengths 0 to 64."""
    mac = tokens.mac("reply", 42)
    candidates = {
        mac[:length],
        (mac + noise)[:length],
        (mac * 3)[:length],
        noise,
        mac.upper(),
        mac + "=",
        " " + mac,
    }

    assert [each for each in candidates if each != mac and tokens.mac_ok("reply", each, 42)] == []


@pytest.mark.parametrize(
    ("purpose", "given_parts"),
    [
        ("reply", (42,)),
        ("reply", (4, 2)),
        ("reply", ("4", "21")),
        ("reply", ()),
        ("reply:42", (1,)),
        ("message", (42, 1)),
    ],
)
def test_a_mac_is_bound_to_its_purpose_and_to_each_part(purpose, given_parts):
    mac = tokens.mac("reply", 42, 1)

    assert tokens.mac_ok("reply", mac, 42, 1)
    assert tokens.mac_ok("reply", mac, "42", "1")
    assert not tokens.mac_ok(purpose, mac, *given_parts)


def test_the_last_character_of_a_mac_cannot_be_exchanged():
    """It carries three bits only, so a decoder would take several characters for the same."""
    mac = tokens.mac("reply", 42)

    assert [letter for letter in sorted(ALPHABET) if tokens.mac_ok("reply", mac[:-1] + letter, 42)] == [
        mac[-1]
    ]


def test_what_is_no_text_at_all_is_refused():
    assert not tokens.mac_ok("reply", "\ud800" * 26, 42)
    assert not tokens.mac_ok("reply", "ä" * 26, 42)


def test_macs_and_links_outlive_a_change_of_key(settings):
    mac, link = tokens.mac("reply", 42), tokens.sign("request", {"ticket": 42})

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key of some length", [settings.SECRET_KEY]
    assert tokens.mac_ok("reply", mac, 42)
    assert tokens.read("request", link, max_age=60) == {"ticket": 42}

    settings.SECRET_KEY_FALLBACKS = []
    assert not tokens.mac_ok("reply", mac, 42)
    with pytest.raises(tokens.TokenRefused):
        tokens.read("request", link, max_age=60)


def test_a_signed_link_is_for_one_purpose_and_for_a_limited_time(monkeypatch):
    link = tokens.sign("request", {"ticket": 42})

    assert tokens.read("request", link, max_age=60) == {"ticket": 42}
    with pytest.raises(tokens.TokenRefused):
        tokens.read("sign-in", link, max_age=60)

    a_minute_later = signing.time.time() + 61
    monkeypatch.setattr(signing.time, "time", lambda: a_minute_later)
    with pytest.raises(tokens.TokenRefused, match="no longer valid"):
        tokens.read("request", link, max_age=60)


@given(st.text(max_size=200))
def test_no_other_text_is_taken_for_a_signed_link(text):
    with pytest.raises(tokens.TokenRefused):
        tokens.read("request", text, max_age=60)


def test_a_random_token_is_kept_as_a_hash():
    token = tokens.random_token()

    assert len(token) == 43
    assert tokens.random_token() != token
    assert len(tokens.hash_token(token)) == 64
    assert token not in tokens.hash_token(token)
    assert tokens.hash_token(token) == tokens.hash_token(token) != tokens.hash_token(token + " ")
