"""The web form as a channel. Answers to it leave by mail, so it sends nothing itself."""

from __future__ import annotations

from collections.abc import Iterable

from channels_inbox.adapter import Adapter, PayloadUnreadable
from channels_inbox.form.forms import FormSettingsForm
from channels_inbox.form.submission import NotASubmission, Submission
from channels_inbox.messages import FileRef, InboundMessage, Sender

NOT_OURS = "This is not what the web form sends."
A_MACHINE = "A field that people cannot see was filled in: a machine wrote this."


class FormAdapter(Adapter):
    kind, label, settings_form = "form", "Web form", FormSettingsForm

    def parse(self, payload: bytes) -> Iterable[InboundMessage]:
        try:
            sent = Submission.unpack(payload)
        except NotASubmission:
            raise PayloadUnreadable(NOT_OURS) from None
        return [
            InboundMessage(
                # Not a name that a mail could have: nobody finds another conversation by what they type.
                external_id=f"form:{sent.key}",
                sender=Sender(handle=sent.email, name=sent.name),
                subject=_without_reference(sent.subject),
                text=sent.text,
                files=tuple(
                    FileRef(name=file.name, content_type=file.content_type, content=file.content)
                    for file in sent.files
                ),
                language=sent.language,
                unwanted=A_MACHINE if sent.filled_trap else "",
                facts={"signed_in": sent.is_proven},
            )
        ]


def _without_reference(subject: str) -> str:
    """A form opens a request of its own. Anybody can type any address, so a ticket's number in it proves nothing."""
    return subject.replace("[#", "[ #")
