"""What a mailbox needs: where mail is collected (IMAP), and where it is handed over (SMTP)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_inbox.settings_form import ChannelSettingsForm, SecretInput

HOST = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?"
)


class Security(models.TextChoices):
    TLS = "tls", _("TLS (the whole connection)")
    STARTTLS = "starttls", _("STARTTLS (begins in the clear, then TLS)")
    NONE = "none", _("None (only for a server on this machine)")


class AfterFetch(models.TextChoices):
    LEAVE = "leave", _("Leave it as it is")
    SEEN = "seen", _("Mark it as read")
    MOVE = "move", _("Move it to another folder")


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


class EmailSettingsForm(ChannelSettingsForm):
    secrets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "imap_password": ("imap_host", "imap_port", "imap_security"),
        "smtp_password": ("smtp_host", "smtp_port", "smtp_security"),
    }

    imap_host = HostField(
        label=_("IMAP server"),
        help_text=_("Empty if mail reaches this inbox another way, such as manage.py receive_mail."),
    )
    imap_port = PortField(label=_("Port"), initial=993)
    imap_security = forms.ChoiceField(label=_("Encryption"), choices=Security.choices, initial=Security.TLS)
    imap_user = UserField(label=_("User"))
    imap_password = PasswordField(label=_("Password"))
    imap_folders = FoldersField(
        label=_("Folders"), required=False, initial="INBOX", help_text=_("Several are separated by commas.")
    )
    import_days = forms.IntegerField(
        label=_("Days of earlier mail to take in"),
        initial=3,
        validators=[MinValueValidator(0), MaxValueValidator(3650)],
        help_text=_(
            "When the desk looks into the mailbox for the first time. Nobody gets a confirmation for it."
        ),
    )
    after_fetch = forms.ChoiceField(
        label=_("What to do with mail that was fetched"),
        choices=AfterFetch.choices,
        initial=AfterFetch.LEAVE,
        help_text=_("The desk remembers by itself what it has fetched; it does not need the read mark."),
    )
    move_to = forms.CharField(label=_("Folder to move it to"), required=False, max_length=200)
    authserv_id = forms.CharField(
        label=_("Name under which your mail server checks senders"),
        required=False,
        max_length=253,
        widget=forms.TextInput(attrs=TECHNICAL),
        help_text=_(
            "The first word of the Authentication-Results header in mail you receive, such as mx.example.com."
            " Only that server's verdicts on SPF, DKIM and DMARC are believed; empty: nobody's."
        ),
    )

    smtp_host = HostField(label=_("SMTP server"), help_text=_("Empty if this inbox only receives."))
    smtp_port = PortField(label=_("Port"), initial=587)
    smtp_security = forms.ChoiceField(
        label=_("Encryption"), choices=Security.choices, initial=Security.STARTTLS
    )
    smtp_user = UserField(label=_("User"))
    smtp_password = PasswordField(label=_("Password"))

    @classmethod
    def initial_of(cls, settings: Mapping[str, Any]) -> dict[str, Any]:
        shown = dict(settings)
        if "imap_folders" in shown:
            shown["imap_folders"] = ", ".join(shown["imap_folders"])
        return shown

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("after_fetch") == AfterFetch.MOVE:
            if not cleaned.get("move_to"):
                self.add_error("move_to", _("Name the folder."))
            elif cleaned["move_to"] in cleaned.get("imap_folders", ()):
                self.add_error("move_to", _("This folder is fetched itself: choose another one."))
        return cleaned
