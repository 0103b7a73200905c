"""The channels there are: one import and one line each."""

from __future__ import annotations

from channels_inbox.adapter import Adapter
from channels_inbox.email.adapter import EmailAdapter
from channels_inbox.email.oauth.grants import wire_settings
from channels_inbox.form.adapter import FormAdapter
from channels_inbox.models import Inbox

ADAPTERS: dict[str, type[Adapter]] = {
    "email": EmailAdapter,
    "form": FormAdapter,
}


def adapter_for(inbox: Inbox) -> Adapter:
    """The channel of this inbox, with its settings."""
    return ADAPTERS[inbox.kind]({**wire_settings(inbox), "address": inbox.address})
