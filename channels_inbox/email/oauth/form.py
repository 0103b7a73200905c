"""How a mailbox is signed in to: with a password, or by a provider at which an admin has registered this desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from channels_inbox.email.fields import TECHNICAL, PasswordField
from channels_inbox.email.oauth.providers import GOOGLE, KNOWN, MICROSOFT, SignIn, provider_of
from channels_inbox.settings_form import ChannelSettingsForm

LOOPBACK = ("localhost", "127.0.0.1", "::1")
OAUTH_SECRET = "oauth_client_secret"  # noqa: S105 (a field's name)
PLAIN = RegexValidator(r"^[\x21-\x7e]+\Z", _("Only letters, digits and signs, without spaces."))
SCOPES = RegexValidator(
    r"^[\x21-\x7e]+( [\x21-\x7e]+)*\Z", _("Names of permissions, with one space between them.")
)
TENANT = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9.-]*\Z", _("The id or the domain of the directory."))


class TextField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.TextInput(attrs=TECHNICAL), **options)


class EndpointField(TextField):
    """An address of the provider: https, but for one on this machine."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=500, **options)
        self.widget.attrs["inputmode"] = "url"

    def clean(self, value: Any) -> str:
        address = str(super().clean(value)).strip()
        if address and not _is_endpoint(address):
            raise forms.ValidationError(_("A whole address that begins with “https”."))
        return address


def _is_endpoint(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_private_line = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    is_plain = address.isascii() and address.isprintable() and " " not in address
    return is_private_line and bool(host) and is_plain and not parts.fragment and "@" not in parts.netloc


class SignInForm(ChannelSettingsForm):
    """The part of a mailbox's form that says who signs it in."""

    secrets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        OAUTH_SECRET: ("sign_in", "oauth_client_id", "oauth_tenant", "oauth_token_url"),
    }

    sign_in = forms.ChoiceField(
        label=_("How the desk signs in"), choices=SignIn.choices, initial=SignIn.PASSWORD, required=False
    )
    oauth_client_id = TextField(label=_("Client id"), max_length=300, validators=[PLAIN])
    oauth_client_secret = PasswordField(label=_("Client secret"))
    oauth_tenant = TextField(
        label=_("Directory (tenant)"),
        max_length=100,
        validators=[TENANT],
        help_text=_("Its id or domain. Empty: accounts of every directory."),
    )
    oauth_authorize_url = EndpointField(label=_("Address of the sign-in page"))
    oauth_token_url = EndpointField(label=_("Address for tokens"))
    oauth_revoke_url = EndpointField(
        label=_("Address to give tokens back (revocation)"),
        help_text=_(
            "If the provider has one: the desk gives the sign-in back when the mailbox is disconnected."
        ),
    )
    oauth_scopes = TextField(
        label=_("Permissions (scopes)"),
        max_length=1000,
        validators=[SCOPES],
        help_text=_("Those for IMAP, for SMTP and for lasting access, with spaces between them."),
    )
    oauth_issuer = EndpointField(
        label=_("Issuer"),
        help_text=_("If the provider names itself in its answers (iss), the name it must give."),
    )

    def clean_sign_in(self) -> str:
        return self.cleaned_data["sign_in"] or SignIn.PASSWORD

    @property
    def is_by_provider(self) -> bool:
        return self.cleaned_data.get("sign_in", SignIn.PASSWORD) != SignIn.PASSWORD

    def told_elsewhere(self, secret: str) -> Any:
        if secret == OAUTH_SECRET:
            return _("The provider or the client id has changed: type the secret again.")
        return super().told_elsewhere(secret)

    def needs(self, secret: str) -> bool:
        return (secret == OAUTH_SECRET) == self.is_by_provider

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_by_provider:
            self._demand(cleaned)
            self._complete(cleaned)
        return cleaned

    def _demand(self, cleaned: dict[str, Any]) -> None:
        """What this provider cannot do without."""
        missing = _("The provider gives it to you when you register this desk there.")
        if not cleaned.get("oauth_client_id") and "oauth_client_id" not in self.errors:
            self.add_error("oauth_client_id", missing)
        has_secret = cleaned.get(OAUTH_SECRET) or self.stored_credentials.get(OAUTH_SECRET)
        if cleaned.get("sign_in") in KNOWN and not has_secret:
            self.add_error(OAUTH_SECRET, missing)
        if cleaned.get("sign_in") == SignIn.OTHER:
            for name in ("oauth_authorize_url", "oauth_token_url", "oauth_scopes"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("The provider's documentation names it."))

    def _complete(self, cleaned: dict[str, Any]) -> None:
        """The provider's own servers, where none is named; and one account for both of them."""
        provider = KNOWN.get(cleaned.get("sign_in", ""))
        typed = cleaned.get("imap_host") or cleaned.get("smtp_host")
        if provider and not typed and not {"imap_host", "smtp_host"} & set(self.errors):
            cleaned.update(provider.servers)
        user = cleaned.get("imap_user") or cleaned.get("smtp_user")
        if not user:
            self.add_error("imap_user", _("The account at the provider, such as support@example.com."))
        else:
            cleaned["imap_user"] = cleaned.get("imap_user") or user
            cleaned["smtp_user"] = cleaned.get("smtp_user") or user

    @property
    def redirect_uris(self) -> dict[str, str]:
        """What is to be registered at each provider. One with addresses of its own has one once those are saved."""
        other = self.stored_settings.get("sign_in") == SignIn.OTHER and provider_of(self.stored_settings)
        return {
            "google": GOOGLE.redirect_uri,
            "microsoft": MICROSOFT.redirect_uri,
            "other": other.redirect_uri if other else "",
        }
