"""A choice among hundreds, written in one go. Django renders a template for each option: four hundred take 50 ms."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SELECTED = SafeString(" selected")


def options(chosen: object, choices: Iterable[tuple[object, Any]]) -> SafeString:
    """The <option>s of a select. Mostly they are the same on the next page, so they are kept."""
    return _options(chosen, tuple((value, str(name)) for value, name in choices))


@lru_cache(512)
def _options(chosen: object, choices: tuple[tuple[object, str], ...]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SELECTED if value == chosen else "", name) for value, name in choices),
    )


class LongSelect(forms.Select):
    """For plain choices: one may be chosen, and none stand in groups."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        own = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = "" if value is None else str(value)
        return format_html("<select{}>{}</select>", flatatt(own), options(chosen, self.choices))
