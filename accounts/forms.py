"""The forms with which agents sign in, set up their desk and edit people."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent, Customer
from accounts.sign_in import LONGEST_PASSWORD
from foundation.long_select import LongSelect
from foundation.richtext import strip_controls

OLD_STYLE_ZONES = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/")


@cache
def time_zones() -> list[tuple[str, str]]:
    """Zones by place, as people look for them. Kept: to look for them takes 40 ms of the machine's files."""
    places = [zone for zone in available_timezones() if "/" in zone and not zone.startswith(OLD_STYLE_ZONES)]
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in sorted(places))]


def languages(*more: str) -> list[tuple[str, str]]:
    """The desk's languages by their own names, and such as are in use already."""
    known = dict(settings.LANGUAGES)
    return [*known.items(), *((code, code) for code in more if code and code not in known)]


class LineField(forms.CharField):
    """One line of text without invisible characters."""

    def to_python(self, value: Any) -> Any:
        return strip_controls(super().to_python(value) or "").strip()


def password_field(label: Any, autocomplete: str, **options: Any) -> forms.CharField:
    """Takes what a password manager pastes, spaces included."""
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "maxlength": LONGEST_PASSWORD})
    return forms.CharField(label=label, strip=False, widget=widget, **options)


class SignInForm(forms.Form):
    email = forms.CharField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = password_field(_("Password"), "current-password")


class AddressForm(forms.Form):
    """Where to mail a link."""

    email = forms.EmailField(
        label=_("Email address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class NewPasswordForm(forms.Form):
    new_password = password_field(
        _("New password"),
        "new-password",
        help_text=_("At least 12 characters. Four random words are easier to remember than a short riddle."),
    )
    repeated = password_field(_("New password, once more"), "new-password")

    def __init__(self, *args: Any, agent: Agent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent

    def clean_new_password(self) -> str:
        password = str(self.cleaned_data["new_password"])
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(
                _("A password has at most %(count)d characters.") % {"count": LONGEST_PASSWORD}
            )
        password_validation.validate_password(password, self.agent)
        return password

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "new_password" in data and data.get("repeated") != data["new_password"]:
            self.add_error("repeated", _("The two passwords are not the same."))
        return data


class ChangePasswordForm(NewPasswordForm):
    password = password_field(_("Your password now"), "current-password")
    field_order = ["password", "new_password", "repeated"]


class AboutForm(forms.Form):
    """Begins with what somebody's row says; a service writes what comes back, so that it is noted who did."""

    def __init__(self, *args: Any, about: Model, **kwargs: Any) -> None:
        initial = {name: getattr(about, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        self.initial = initial


class ProfileForm(AboutForm):
    name = LineField(label=_("Name"), max_length=120, help_text=_("What your colleagues see."))
    alias = LineField(
        label=_("Public name"),
        max_length=120,
        required=False,
        help_text=_("What customers see instead of your name. Empty: they see your name."),
    )
    signature = forms.CharField(
        label=_("Signature"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Stands below your replies to customers."),
    )


class DisplayForm(AboutForm):
    language = forms.ChoiceField(label=_("Language"), choices=languages)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, widget=LongSelect)
    theme = forms.ChoiceField(label=_("Theme"), choices=Agent.Theme.choices, widget=forms.RadioSelect)
    shortcuts_on = forms.BooleanField(
        label=_("Single-key shortcuts"),
        required=False,
        help_text=_("Such as r to reply. Press ? on any page to see them all."),
    )


class MailForm(AboutForm):
    """Of what the desk tells an agent by mail."""

    mail_when_assigned = forms.BooleanField(
        label=_("A ticket is given to me"),
        required=False,
        help_text=_("By somebody else or by a rule; never what you take yourself."),
    )
    mail_when_answered = forms.BooleanField(
        label=_("The customer answers on a ticket of mine"),
        required=False,
        help_text=_("Answer these mails to answer the customer, from wherever you read mail."),
    )


class CustomerForm(AboutForm):
    name = LineField(label=_("Name"), max_length=160, required=False)
    organization = LineField(
        label=_("Organization"),
        max_length=160,
        required=False,
        help_text=_("One that is not known yet is added."),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, widget=LongSelect)
    is_vip = forms.BooleanField(
        label=_("VIP"), required=False, help_text=_("Marked for every agent, in lists and on tickets.")
    )

    def __init__(self, *args: Any, about: Customer, **kwargs: Any) -> None:
        super().__init__(*args, about=about, **kwargs)
        unknown = ("", _("Not known"))
        self.fields["language"].choices = [unknown, *languages(about.language)]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [unknown, *time_zones()]  # type: ignore[attr-defined]


class NotesForm(AboutForm):
    """What colleagues should know about a customer or an organization."""

    notes = forms.CharField(
        label=_("Notes"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 4})
    )


class DomainsForm(forms.Form):
    """Where the mail of an organization comes from."""

    domains = forms.CharField(
        label=_("Mail domains"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_(
            "One on each line, such as example.com. Whoever writes from there belongs to this organization."
        ),
    )

    def clean_domains(self) -> list[str]:
        return str(self.cleaned_data["domains"]).split()
