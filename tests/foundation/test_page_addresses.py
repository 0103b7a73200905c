"""Addresses written without reversing them each time."""

from django.urls import reverse

from foundation.page_addresses import page_address


def test_it_is_what_reverse_gives():
    for name, key in [
        ("tickets:ticket", (42,)),
        ("tickets:body", (42, 10**15)),
        ("tickets:draft", (7, "reply")),
        ("tickets:home", ()),
    ]:
        assert page_address(name, *key) == reverse(name, args=key)
