"""What can be done with a message by the trunk itself, on the socket that wings use, too."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tickets import panels
from tickets.models import Message


def register() -> None:
    panels.register_message_verb(
        "tickets:forward",
        text=_("Forward"),
        icon="arrow-forward-up",
        applies_to=_may_be_read_by_the_customer,
        opens_dialog=False,
        for_repliers=True,
    )


def _may_be_read_by_the_customer(message: Message) -> bool:
    return message.is_public and not message.is_held and not message.automatic
