"""What agents send from the ticket's page, checked and typed. Nothing is decided here."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Agent, Team
from foundation import richtext
from tickets import recipients
from tickets.composing import INLINE
from tickets.models import Attachment, Message, Priority, Status, Ticket
from tickets.services import drafts

# "See attached" without a file: asked about once. In the languages of many desks, as whole words.
WORDS_FOR_A_FILE = (
    r"attach(?:ed|ment|ments|ing)|enclosed|anhang|angehängt|beigefügt|anbei|adjunt[oa]s?|ci-joint|pi[eè]ces? jointes?"
    r"|allegat[oi]|bijlage|bijgevoegd|załącz\w*|em anexo|vedhæftet|bifogad\w*"
)
PROMISES_A_FILE = re.compile(rf"\b(?:{WORDS_FOR_A_FILE})\b", re.IGNORECASE)


class AddressesField(forms.CharField):
    """Email addresses of people who get a copy, separated by commas, semicolons or spaces."""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return recipients.parse(super().to_python(value) or "")


class WritingForm(forms.Form):
    """What both composers post. `body_html` counts where the editor has run, `body` where it has not."""

    body = forms.CharField(required=False, max_length=200_000, strip=False)
    body_html = forms.CharField(required=False, max_length=2_000_000, strip=False)
    client_key = forms.RegexField(r"^[\w-]{1,64}$", required=False)

    def __init__(self, data: QueryDict, *, ticket: Ticket, agent: Agent) -> None:
        super().__init__(data)
        self.posted, self.ticket, self.agent = data, ticket, agent

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values["html"] = values.get("body_html") or richtext.from_text(values.get("body") or "")
        values["attachments"] = self._attachments()
        return values

    def _attachments(self) -> list[Attachment]:
        """The agent's own uploads that the form names, and those that stand as images in the text."""
        tokens = self.posted.getlist("attachments")[:100]
        tokens += INLINE.findall(self.cleaned_data.get("body_html") or "")[:100]
        return drafts.uploads_of(ticket=self.ticket, agent=self.agent, tokens=tokens)


class NoteForm(WritingForm):
    pass


class ReplyForm(WritingForm):
    cc = AddressesField(label="Cc", required=False, max_length=5000)
    bcc = AddressesField(label="Bcc", required=False, max_length=5000)
    status = forms.CharField(required=False, max_length=40)
    last_seen_event = forms.IntegerField(required=False, min_value=0)
    without_file = forms.BooleanField(required=False)

    def promises_a_file(self) -> bool:
        """Does the text speak of a file that is not there?"""
        if self.cleaned_data["attachments"] or self.cleaned_data["without_file"] or self.files:
            return False
        return bool(PROMISES_A_FILE.search(richtext.to_text(self.cleaned_data["html"])))


class ForwardForm(forms.Form):
    """To whom a message goes, what the agent says to them, and which of its files go along."""

    to = AddressesField(
        label=_("To"),
        max_length=5000,
        help_text=_("Whom to ask. Several addresses are separated by commas."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off", "autofocus": True}),
    )
    comment = forms.CharField(
        label=_("Your words"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text=_(
            "They stand above the message, and your signature below it. The customer sees none of it."
        ),
    )
    attachments = forms.ModelMultipleChoiceField(
        Attachment.objects.none(), label=_("Files"), required=False, widget=forms.CheckboxSelectMultiple
    )
    client_key = forms.RegexField(r"^[\w-]{1,64}$", required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None, *, message: Message) -> None:
        super().__init__(data)
        files = message.attachments.all()
        self.fields["attachments"].queryset = files  # type: ignore[attr-defined]
        self.initial["attachments"] = [file.pk for file in files if not file.is_inline]
        if not files:
            del self.fields["attachments"]


class FarewellForm(forms.Form):
    """What becomes of the open tickets of an agent who is let go."""

    NOBODY, KEEP = "nobody", "keep"
    tickets = forms.ChoiceField(label=_("Their open tickets"), initial=NOBODY)

    def __init__(self, data: QueryDict | None, *, leaving: Agent) -> None:
        super().__init__(data)
        colleagues = Agent.objects.active().exclude(pk=leaving.pk)
        self.colleagues = {str(agent.pk): agent for agent in colleagues}
        self.fields["tickets"].choices = [  # type: ignore[attr-defined]
            (self.NOBODY, _("belong to nobody, so that everybody sees them")),
            *((key, _("go to %(name)s") % {"name": agent.name}) for key, agent in self.colleagues.items()),
            (self.KEEP, _("stay theirs, until somebody takes them")),
        ]

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data.get("tickets", "")
        return {"keep": chosen == self.KEEP, "heir": self.colleagues.get(chosen)}


class DraftForm(WritingForm):
    """An autosave: whatever is there, even if it could not be sent."""

    cc = forms.CharField(required=False, max_length=1000)
    bcc = forms.CharField(required=False, max_length=1000)
    revision = forms.IntegerField(required=False, min_value=0)


# ---- One property each. `was` is what the agent saw when choosing.


class StatusForm(forms.Form):
    status = forms.ModelChoiceField(Status.objects.all())
    was = forms.CharField(max_length=40)


class AssigneeForm(forms.Form):
    assignee = forms.ModelChoiceField(Agent.objects.all(), required=False)
    was = forms.IntegerField(required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["assignee"].queryset = Agent.objects.active()  # type: ignore[attr-defined]


class TeamForm(forms.Form):
    team = forms.ModelChoiceField(Team.objects.filter(is_active=True), required=False)
    was = forms.IntegerField(required=False)


class PriorityForm(forms.Form):
    priority = forms.TypedChoiceField(choices=Priority.choices, coerce=int)
    was = forms.IntegerField()


class SubjectForm(forms.Form):
    subject = forms.CharField(max_length=250)
    was = forms.CharField(max_length=250, strip=False)


class TagForm(forms.Form):
    add = forms.CharField(required=False, max_length=200)
    remove = forms.CharField(required=False, max_length=60)

    def clean_add(self) -> list[str]:
        return [name for name in self.cleaned_data["add"].split(",") if name.strip()]

    def clean_remove(self) -> list[str]:
        return [self.cleaned_data["remove"]] if self.cleaned_data["remove"] else []


class ParticipantForm(forms.Form):
    address = forms.EmailField(max_length=254)
