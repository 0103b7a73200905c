"""What a customer fills in. Machines are told from people by what people never do, not by puzzles."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from channels_inbox.form import kept_files
from foundation import tokens
from foundation.richtext import strip_controls
from foundation.tokens import TokenRefused
from tickets import files
from tickets.errors import FileRefused
from tickets.portal_forms import LONGEST_TEXT, form_key
from tickets.uploads_field import FilesField

# People need longer than this to fill in a form, in seconds.
FASTEST = 2
SHOWN = "form.shown"
SHOWN_AT_MOST = 7 * 24 * 3600


def stamp() -> str:
    """When the form was shown, so that only we can have said it."""
    return tokens.sign(SHOWN, int(time.time()))


class RequestForm(forms.Form):
    # In the order in which the page asks.
    subject = forms.CharField(label=_("What is it about?"), max_length=200)
    text = forms.CharField(
        label=_("Tell us more"),
        max_length=LONGEST_TEXT,
        help_text=_("What happened, and what did you expect?"),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )
    attachments = FilesField(label=_("Files"))
    name = forms.CharField(
        label=_("Your name"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your email address"),
        max_length=254,
        help_text=_("We answer there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    key = forms.RegexField(r"^[\w-]{16,64}$", initial=form_key, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    # People neither see nor reach it; machines fill in whatever there is.
    second_subject = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(
        self, *args: Any, known: Customer | None = None, takes_files: bool = True, **kwargs: Any
    ) -> None:
        """`known` is the customer in whose session the form is shown: nothing is asked that we know."""
        super().__init__(*args, **kwargs)
        self.known = known if known and known.email else None
        self.kept = kept_files.find(self.data.getlist("kept") if self.is_bound else [])  # type: ignore[attr-defined]
        if not takes_files:
            del self.fields["attachments"]
            self.kept = []
        if self.known:
            del self.fields["email"]
            if self.known.name:
                del self.fields["name"]

    def clean_subject(self) -> str:
        subject = strip_controls(self.cleaned_data["subject"]).strip()
        if not subject:
            raise ValidationError(_("Say in a few words what it is about."))
        return subject

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        new = values.get("attachments", [])
        together = [(file.name, len(file.content)) for file in new] + [
            (file.name, file.size) for file in self.kept
        ]
        try:
            files.check_sizes(together)
        except FileRefused as refused:
            self.add_error("attachments", str(refused))
        if not self.errors and not self._took_its_time():
            # Sent once more the form passes: a person loses nothing but a click.
            raise ValidationError(_("That was quick. Please look over what you wrote and send it once more."))
        return values

    def _took_its_time(self) -> bool:
        try:
            shown = tokens.read(SHOWN, self.cleaned_data["shown"], max_age=SHOWN_AT_MOST)
        except TokenRefused:
            return False
        return bool(time.time() - shown >= FASTEST)

    @property
    def stamp_for_next_try(self) -> str:
        """The stamp that stands in the form when it is shown again: the first one, while it is good."""
        given = self.data.get("shown", "") if self.is_bound else ""
        try:
            tokens.read(SHOWN, given, max_age=SHOWN_AT_MOST)
        except TokenRefused:
            return stamp()
        return str(given)

    def refuse_files(self, sentence: str) -> None:
        """None of the files came through; all words did."""
        self.add_error("attachments" if "attachments" in self.fields else None, sentence)

    def keep_files(self) -> None:
        """The form is shown again: put aside the files that came with it."""
        if self.is_bound:
            self.kept += kept_files.keep(self.cleaned_data.get("attachments", []))

    def all_files(self) -> list[files.NewFile]:
        return [*kept_files.read(self.kept), *self.cleaned_data.get("attachments", [])]
