"""The long select writes what Django's own writes, and nobody breaks out of it."""

import pytest
from django import forms
from django.test.html import parse_html

from foundation.long_select import LongSelect

CHOICES = [("", "Not known"), ("UTC", "UTC"), ("Europe/Rome", 'Rome & "more" <b>'), ('"><script>', "Bad")]


@pytest.mark.parametrize("chosen", [None, "", "UTC", 'Europe/Rome" onclick="', '"><script>'])
@pytest.mark.parametrize("required", [True, False])
def test_it_says_what_djangos_own_select_says(chosen, required):
    ours, djangos = (
        parse_html(
            form_of(widget, required)(initial={"zone": chosen})["zone"].as_widget(attrs={"class": "select"})
        )
        for widget in (LongSelect, forms.Select)
    )
    assert ours == djangos


def form_of(widget, required):
    class Form(forms.Form):
        zone = forms.ChoiceField(choices=CHOICES, widget=widget, required=required, help_text="Where you are")

    return Form
