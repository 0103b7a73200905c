"""What a mailbox needs: where mail is collected (IMAP), and where it is handed over (SMTP)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_inbox.email.fields import (
    TECHNICAL,
    FoldersField,
    HostField,
    PasswordField,
    PortField,
    UserField,
)
from channels_inbox.email.oauth.form import SignInForm


class Security(models.TextChoices):
    TLS = "tls", _("TLS (the whole connection)")
    STARTTLS = "starttls", _("STARTTLS (begins in the clear, then TLS)")
    NONE = "none", _("None (only for a server on this machine)")


class AfterFetch(models.TextChoices):
    LEAVE = "leave", _("Leave it as it is")
    SEEN = "seen", _("Mark it as read")
    MOVE = "move", _("Move it to another folder")


class FailedCheck(models.TextChoices):
    MARK = "mark", _("Take it in, say so, and let it speak for nobody")
    QUARANTINE = "quarantine", _("Put it into quarantine")


class EmailSettingsForm(SignInForm):
    secrets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        **SignInForm.secrets,
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

    failed_check = forms.ChoiceField(
        label=_("What to do with mail that fails DMARC there"),
        choices=FailedCheck.choices,
        initial=FailedCheck.MARK,
        required=False,
        help_text=_("Such mail does not come from the domain it names. It is never thrown away."),
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
