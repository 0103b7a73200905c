"""What an admin decides about a web form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels_inbox.settings_form import ChannelSettingsForm


class FormSettingsForm(ChannelSettingsForm):
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        required=False,
        help_text=_("Empty: “Ask us”, in the customer's language."),
    )
    intro = forms.CharField(
        label=_("Introduction"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Plain text above the fields: what this form is for, and when you answer."),
    )
    allow_files = forms.BooleanField(label=_("Customers may add files"), required=False)

    @classmethod
    def initial_of(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"allow_files": True, **settings}
