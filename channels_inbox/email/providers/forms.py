"""Which provider calls for an inbox, and how it proves that it is the one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.validators import MinLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from channels_inbox.email.fields import TECHNICAL, PasswordField
from channels_inbox.email.providers.catalogue import PROVIDERS
from channels_inbox.email.providers.sendgrid import public_key
from channels_inbox.settings_form import ChannelSettingsForm

NONE = ""
MISSING = _("This provider needs it.")


class ProviderForm(ChannelSettingsForm):
    # A secret of one provider is of no use at another one.
    secrets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "signing_key": ("provider",),
        "password": ("provider",),
    }

    provider = forms.ChoiceField(
        label=_("Provider"),
        required=False,
        choices=[(NONE, _("None")), *((key, provider.label) for key, provider in PROVIDERS.items())],
    )
    signing_key = PasswordField(
        label=_("Signing key"), help_text=_("Mailgun calls it “HTTP webhook signing key”.")
    )
    password = PasswordField(
        label=_("Password"),
        help_text=_(
            "Invent a long one: 20 or more letters and digits. The provider sends it with each call."
        ),
        validators=[
            MinLengthValidator(20),
            RegexValidator(
                r"^[A-Za-z0-9_-]+\Z", _("Only letters, digits, “-” and “_”: it stands in an address.")
            ),
        ],
    )
    public_keys = forms.CharField(
        label=_("Verification keys"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={**TECHNICAL, "rows": 3}),
        help_text=_("As SendGrid shows them, one on each line. With one, unsigned events are refused."),
    )
    topic = forms.CharField(
        label=_("Topic (ARN)"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=TECHNICAL),
        validators=[
            RegexValidator(
                r"^arn:aws(-[a-z]+)*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+\Z",
                _("Such as arn:aws:sns:eu-central-1:123456789012:mail."),
            )
        ],
        help_text=_("Calls about any other topic are refused."),
    )

    def clean_public_keys(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["public_keys"].splitlines() if line.strip()]
        try:
            for line in lines:
                public_key(line)
        except ValueError:
            raise forms.ValidationError(_("This is not a verification key of SendGrid.")) from None
        return "\n".join(lines)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        provider = PROVIDERS.get(cleaned.get("provider", NONE))
        for name in provider.required if provider else ():
            if not cleaned.get(name) and not self.stored_credentials.get(name) and name not in self.errors:
                self.add_error(name, MISSING)
        return cleaned

    def needs(self, secret: str) -> bool:
        provider = PROVIDERS.get(self.cleaned_data.get("provider", NONE))
        return provider is not None and secret in provider.fields

    def told_elsewhere(self, secret: str) -> Any:
        return _("The provider has changed: type it anew.")

    @property
    def settings(self) -> dict[str, Any]:
        """What this provider uses of it."""
        provider = PROVIDERS.get(self.cleaned_data["provider"])
        used = provider.fields if provider else ()
        return {name: self.cleaned_data[name] for name in ("public_keys", "topic") if name in used}

    @property
    def credentials(self) -> dict[str, Any]:
        return {name: value for name, value in super().credentials.items() if value}
