"""Addresses that differ in their keys alone. A page has dozens of them, and reversing one costs as much as a line."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse

# Stands in for a key while the address is reversed once: a number that no table reaches.
STAND_IN = 10**15


def page_address(name: str, *key: object) -> str:
    """What reverse(name, args=key) gives, for keys that need no quoting: numbers, and words of ours."""
    return _pattern(name, len(key)) % key


@lru_cache(256)
def _pattern(name: str, keys: int) -> str:
    places = [STAND_IN + place for place in range(keys)]
    address = reverse(name, args=places).replace("%", "%%")
    for place in places:
        address = address.replace(str(place), "%s")
    return address
