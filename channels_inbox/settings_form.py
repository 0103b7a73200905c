"""The part of an inbox's form that only its channel knows: hosts, names, passwords.

What is secret is written, never read: a stored secret is not sent to the browser again, an empty field keeps it,
and it is only kept for the server it was given for, so that nobody can have it sent somewhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

STORED = _("Stored. Leave it empty to keep it.")


class SecretInput(forms.PasswordInput):
    """A password that no password manager of the admin's own sign-in should fill, and that is never rendered."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "new-password", "spellcheck": "false"}, render_value=False)


class ChannelSettingsForm(forms.Form):
    """Base of every channel's form. `settings` and `credentials` are what the inbox has now."""

    # Secret field -> the fields that say to whom it is told: when one of them changes, the secret must be typed anew.
    secrets: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __init__(
        self,
        *args: Any,
        settings: Mapping[str, Any] | None = None,
        credentials: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.stored_settings = dict(settings or {})
        self.stored_credentials = dict(credentials or {})
        kwargs["initial"] = self.initial_of(self.stored_settings)
        super().__init__(*args, **kwargs)
        for name in self.secrets:
            if self.stored_credentials.get(name):
                self.fields[name].help_text = STORED

    @classmethod
    def initial_of(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields show for these settings."""
        return dict(settings)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, told_to in self.secrets.items():
            if cleaned.get(name) or not self.stored_credentials.get(name) or not self.needs(name):
                continue
            if any(cleaned.get(field) != self.stored_settings.get(field) for field in told_to):
                self.add_error(name, self.told_elsewhere(name))
        return cleaned

    def told_elsewhere(self, secret: str) -> Any:
        """What to say where a stored secret would be told to somebody else."""
        return _("The server has changed: type the password again.")

    def needs(self, secret: str) -> bool:
        """Whether this secret has any use, with what the other fields say. One that has none is forgotten."""
        return True

    @property
    def settings(self) -> dict[str, Any]:
        """What is to be stored in the clear, once the form is valid."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.secrets}

    @property
    def credentials(self) -> dict[str, Any]:
        """What is to be stored encrypted: what was typed, else what was there."""
        return {
            name: (self.cleaned_data.get(name) or self.stored_credentials.get(name, ""))
            if self.needs(name)
            else ""
            for name in self.secrets
        }
