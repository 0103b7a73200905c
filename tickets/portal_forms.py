"""What a customer sends from the portal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from tickets.uploads_field import FilesField

LONGEST_TEXT = 50_000


def form_key() -> str:
    """Names one filled-in form, so that sending it twice counts once."""
    return get_random_string(32)


class AskForLinkForm(forms.Form):
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ReplyForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )
    attachments = FilesField(label=_("Files"))
    key = forms.RegexField(r"^[\w-]{16,64}$", initial=form_key, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors and not values["text"].strip() and not values["attachments"]:
            raise ValidationError({"text": _("Write something, or add a file.")})
        return values
