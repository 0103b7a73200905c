"""The forms of the desk's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import languages, time_zones
from foundation import desk
from foundation.desk import MEGABYTE, DeskSettings, SettingRefused
from foundation.long_select import LongSelect

THEMES = (("system", _("Like the person's device")), ("light", _("Light")), ("dark", _("Dark")))
# Kept in bytes, shown in megabytes.
SIZES = ("max_file_bytes", "max_message_bytes")


class DeskForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the desk"), max_length=80, help_text=_("In the corner of every page, and in mails.")
    )
    language = forms.ChoiceField(label=_("Language"), help_text=_("For people who have not chosen one."))
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        widget=LongSelect,
        help_text=_("For people who have not chosen one, and in mails."),
    )
    theme = forms.ChoiceField(label=_("Look"), choices=THEMES)
    undo_send_seconds = forms.IntegerField(
        label=_("Seconds in which a sent answer can be taken back"),
        min_value=0,
        max_value=60,
        help_text=_("0 to 60. Mail leaves when they are over."),
    )
    max_file_bytes = forms.IntegerField(label=_("Largest file (MB)"), min_value=1, max_value=1024)
    max_message_bytes = forms.IntegerField(
        label=_("All files of a message (MB)"), min_value=1, max_value=1024
    )
    max_files = forms.IntegerField(label=_("Files in a message"), min_value=1, max_value=100)

    def __init__(self, *args: Any, current: DeskSettings, **kwargs: Any) -> None:
        shown = asdict(current) | {name: getattr(current, name) // MEGABYTE for name in SIZES}
        kwargs["initial"] = shown
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages(current.language)  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = time_zones()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        file, message = cleaned.get("max_file_bytes"), cleaned.get("max_message_bytes")
        if file and message and file > message:
            self.add_error("max_message_bytes", _("At least as much as the largest file."))
        return cleaned

    def save(self, *, actor: tuple[int, str], ip: str | None) -> bool:
        """Write what was changed. False, with the error at its field, where the desk refuses a value."""
        values: Mapping[str, Any] = {
            name: value * MEGABYTE if name in SIZES else value for name, value in self.cleaned_data.items()
        }
        try:
            desk.change(actor, ip=ip, **values)
        except SettingRefused as refused:
            self.add_error(refused.name, str(refused))
            return False
        return True
