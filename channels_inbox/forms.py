"""What every inbox has, whatever its channel. What only one channel has stands in that channel's own form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from channels_inbox.models import Inbox
from foundation.richtext import strip_controls

FIELDS = ("name", "address", "aliases", "brand", "team", "acknowledge", "signature", "quote_history")
LONGEST_REASON = 300


class AddressesField(forms.CharField):
    """Email addresses, one on each line."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(
            attrs={"rows": 2, "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}
        )
        super().__init__(required=False, max_length=5000, widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = str(super().clean(value)).lower().replace(",", "\n").split()
        for line in lines:
            validate_email(line)
        return list(dict.fromkeys(lines))


class InboxForm(forms.ModelForm):
    """Name, address and manners of an email inbox."""

    aliases = AddressesField(
        label=_("Other addresses"),
        help_text=_(
            "Mail to these addresses comes here too, one address on each line. An answer leaves from the"
            " address the customer wrote to."
        ),
    )

    class Meta:
        model = Inbox
        fields: tuple[str, ...] = FIELDS
        labels = {
            "name": _("Name"),
            "address": _("Address"),
            "brand": _("Brand"),
            "team": _("Team"),
            "acknowledge": _("Confirm new requests with a mail"),
            "signature": _("Signature"),
            "quote_history": _("Put the conversation so far below every answer"),
        }
        help_texts = {
            "name": _("What colleagues see, such as “Support”."),
            "address": _("What customers write to."),
            "team": _("New tickets go to this team."),
            "acknowledge": _(
                "The customer learns the ticket's number and gets a link to it. Machines are never answered."
            ),
            "signature": _("Below every answer that leaves from here."),
        }
        widgets = {
            "address": forms.EmailInput(
                attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
            ),
            "signature": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["team"].empty_label = _("No team")  # type: ignore[attr-defined]
        if self.fields["brand"].queryset.count() == 1:  # type: ignore[attr-defined]
            self.initial.setdefault("brand", self.fields["brand"].queryset.get().pk)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        return _one_line(self.cleaned_data["name"])

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip().lower()
        validate_email(address)
        return address

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        mine = [cleaned.get("address", ""), *cleaned.get("aliases", ())]
        if cleaned.get("address") in cleaned.get("aliases", ()):
            cleaned["aliases"] = [alias for alias in cleaned["aliases"] if alias != cleaned["address"]]
        others = Inbox.objects.filter(kind=self.instance.kind).exclude(pk=self.instance.pk)
        taken = others.filter(Q(address__in=mine) | Q(aliases__overlap=mine)).first() if any(mine) else None
        if taken:
            self.add_error("address", _("“%(name)s” has this address already.") % {"name": taken.name})
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.fields}


class FormInboxForm(InboxForm):
    """The same for a web form, which has no address to write to."""

    aliases = None  # type: ignore[assignment]

    class Meta(InboxForm.Meta):
        fields: tuple[str, ...] = tuple(name for name in FIELDS if name not in ("address", "aliases"))

    def clean(self) -> dict[str, Any]:
        cleaned = forms.ModelForm.clean(self) or self.cleaned_data
        taken = Inbox.objects.filter(kind="form", brand=cleaned.get("brand")).exclude(pk=self.instance.pk)
        if taken.exists():
            self.add_error("brand", _("This brand has a web form already."))
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        values = super().values
        return values if self.instance.pk else values | {"address": f"form:{values['brand'].slug}"}


class ReasonForm(forms.Form):
    """Why something was thrown away: the next person who asks will read it."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON)

    def clean_reason(self) -> str:
        return _one_line(self.cleaned_data["reason"])


def _one_line(value: str) -> str:
    line = strip_controls(value).strip()
    if not line:
        raise forms.ValidationError(_("Write something here."))
    return line
