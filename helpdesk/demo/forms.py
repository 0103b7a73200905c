"""What somebody writes who plays a customer of the demo desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField
from helpdesk.demo import samples
from helpdesk.demo.mailboxes import may_be_opened
from helpdesk.demo.people import CUSTOMERS, SHOP, SUPPORT

LARGEST_FILE = 10 * 2**20


class SenderField(forms.EmailField):
    def __init__(self) -> None:
        super().__init__(
            label=_("From"),
            max_length=200,
            help_text=_("Any address that ends in .test; it gets a mailbox here."),
            widget=forms.EmailInput(attrs={"list": "demo-people", "autocomplete": "off"}),
        )

    def clean(self, value: Any) -> str:
        address = str(super().clean(value)).lower()
        if not may_be_opened(address):
            raise forms.ValidationError(_("Take an address that ends in .test and is not the desk's own."))
        return address


class MailForm(forms.Form):
    sender = SenderField()
    name = LineField(label=_("Your name"), max_length=100, required=False)
    to = forms.ChoiceField(label=_("To"), choices=[(SUPPORT, SUPPORT), (SHOP, SHOP)])
    subject = LineField(label=_("Subject"), max_length=200, required=False)
    text = forms.CharField(label=_("Text"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 8}))
    as_html = forms.BooleanField(label=_("The text is HTML"), required=False)
    file = forms.FileField(label=_("File"), required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST_FILE:
            raise forms.ValidationError(_("At most 10 MB."))
        return file


class SampleForm(forms.Form):
    sender = SenderField()
    sample = forms.ChoiceField(
        label=_("Which one"),
        widget=forms.RadioSelect,
        choices=[(key, f"{each.title}: {each.text}") for key, each in samples.SAMPLES.items()],
    )


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("Your answer"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 6})
    )


def name_of(address: str) -> str:
    """What somebody of the demo is called; nothing for a new address."""
    return next((person.name for person in CUSTOMERS if person.email == address), "")
