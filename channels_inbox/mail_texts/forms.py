"""What an admin writes about a mail, and for whom it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from channels_inbox.mail_texts import places, rendering
from channels_inbox.mail_texts.catalogue import Mail
from channels_inbox.mail_texts.grammar import TextRefused
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.rendering import Wording
from foundation.richtext import strip_controls

LONGEST_SUBJECT, LONGEST_BODY = 200, 10_000


class WordingForm(forms.Form):
    subject = forms.CharField(
        label=_("Subject"),
        max_length=LONGEST_SUBJECT,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_BODY,
        help_text=_("An empty line begins a paragraph. **Bold**, and links: [words](https://example.org)."),
        widget=forms.Textarea(attrs={"rows": 14, "dir": "auto", "spellcheck": "true"}),
    )

    def __init__(self, *args: Any, mail: Mail, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mail = mail

    def clean_subject(self) -> str:
        subject = strip_controls(self.cleaned_data["subject"]).strip()
        if not subject:
            raise ValidationError(_("Write something here."))
        return self._checked(rendering.check_subject, subject)

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"]).replace("\r\n", "\n").strip()
        return self._checked(rendering.check_body, body)

    def _checked(self, check: Any, text: str) -> str:
        try:
            check(self.mail, text)
        except TextRefused as refused:
            raise ValidationError(str(refused)) from None
        return text

    @property
    def wording(self) -> Wording:
        return Wording(self.cleaned_data["subject"], self.cleaned_data["body"])


class PlaceForm(forms.Form):
    """Whose mail is edited. Stands in the address, so that it can be named to a colleague."""

    place = forms.ChoiceField(label=_("For"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, mail: Mail, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = places.offered(mail)  # type: ignore[attr-defined]
        languages = [("", _("Every language")), *settings.LANGUAGES]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]

    @classmethod
    def of(cls, mail: Mail, place: Place) -> PlaceForm:
        return cls(mail=mail, initial={"place": place.key, "language": place.language})


class PreviewForm(forms.Form):
    """What a preview shows. Both have a value that is right where nothing was chosen."""

    sample = forms.ChoiceField(
        label=_("With"),
        required=False,
        choices=[("", _("an ordinary request")), ("hostile", _("the worst that people write"))],
    )
    scheme = forms.ChoiceField(
        label=_("In a mail program that is"), required=False, choices=[("", _("light")), ("dark", _("dark"))]
    )

    @property
    def hostile(self) -> bool:
        return self.is_valid() and self.cleaned_data["sample"] == "hostile"

    @property
    def shown_scheme(self) -> str:
        return "dark" if self.is_valid() and self.cleaned_data["scheme"] == "dark" else "light"
