"""The fields of a mailbox's form: what a server is called, where it listens, who signs in."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from channels_inbox.settings_form import SecretInput

HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?"
)
# What a machine is called: no keyboard should correct it, and no password manager fill it in.
TECHNICAL = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}


class HostField(forms.CharField):
    """A host name or an IP address; a pasted URL or a port in it is refused with a sentence."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs=TECHNICAL | {"inputmode": "url"})
        super().__init__(required=False, max_length=253, widget=widget, **options)

    def clean(self, value: Any) -> str:
        host = str(super().clean(value)).strip().lower()
        plain = host.strip("[]")
        if host and not HOST.fullmatch(plain) and not re.fullmatch(r"[0-9a-f:.]+", plain):
            raise forms.ValidationError(_("Only the name of the server, such as imap.example.com."))
        return plain


class PortField(forms.IntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[MinValueValidator(1), MaxValueValidator(65535)], **options)


class UserField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=254, widget=forms.TextInput(attrs=TECHNICAL), **options)


class PasswordField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=1000, strip=False, widget=SecretInput, **options)


class FoldersField(forms.CharField):
    """Names of folders, separated by commas."""

    def clean(self, value: Any) -> list[str]:
        names = [name.strip() for name in str(super().clean(value)).split(",")]
        return list(dict.fromkeys(name for name in names if name)) or ["INBOX"]
