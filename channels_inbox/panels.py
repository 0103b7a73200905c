"""What the channels add to pages that are not theirs: settings pages, a verb on messages, an alarm for admins."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Permission
from channels_inbox import reasons, troubles, vitals
from foundation import alarms, settings_index
from tickets import panels
from tickets.models import Message


def register() -> None:
    settings_index.register(
        "channels_inbox:inboxes",
        title=gettext_lazy("Channels"),
        text=gettext_lazy("Mailboxes and web forms: set up, try, switch off."),
        icon="mailbox",
        group="channels",
        permission=Permission.INBOXES_MANAGE,
        words=(
            gettext_lazy("email mail inbox mailbox IMAP SMTP password server TLS alias address signature"),
            gettext_lazy("acknowledgement confirmation quoted history folder form health test connection"),
            gettext_lazy(
                "OAuth OAuth2 sign-in Google Gmail Microsoft Outlook 365 client secret redirect token"
            ),
        ),
    )
    settings_index.register(
        "channels_inbox:mail_texts",
        title=gettext_lazy("Outgoing mail"),
        text=gettext_lazy("What the desk's own mails say: subject, text and preview of each."),
        icon="mail-fast",
        group="channels",
        permission=Permission.SETTINGS_MANAGE,
        words=(
            gettext_lazy("template templates wording text subject placeholder greeting footer frame preview"),
            gettext_lazy(
                "confirmation acknowledgement sign-in link password reply answer email test default"
            ),
        ),
    )
    settings_index.register(
        "channels_inbox:quarantine",
        title=gettext_lazy("Quarantine"),
        text=gettext_lazy("Messages that were held, and why."),
        icon="shield-lock",
        group="repair",
        permission=Permission.QUARANTINE_MANAGE,
        position=10,
        words=(gettext_lazy("held message spam raw release discard reprocess"),),
        waiting=troubles.held,
    )
    settings_index.register(
        "channels_inbox:failures",
        title=gettext_lazy("Failures"),
        text=gettext_lazy("What was not sent or not done, by cause; try it again."),
        icon="tool",
        group="repair",
        permission=Permission.QUARANTINE_MANAGE,
        position=20,
        words=(gettext_lazy("failed delivery bounce doubt retry dead letter parked event"),),
        waiting=troubles.failed,
    )
    panels.register_message_verb(
        "channels_inbox:original",
        text=gettext_lazy("Show original"),
        icon="code",
        applies_to=_came_as_mail,
        opens_dialog=False,
    )
    panels.register_message_verb(
        "channels_inbox:why",
        text=gettext_lazy("Why is this here?"),
        icon="info-circle",
        applies_to=_has_a_way,
    )
    panels.register_marker(reasons.marks_of)
    alarms.register("inboxes", permission=Permission.INBOXES_MANAGE, ask=_inboxes_that_stand_still)


def _came_as_mail(message: Message) -> bool:
    return message.is_inbound and message.channel == "email"


def _has_a_way(message: Message) -> bool:
    return message.is_inbound and "why" in message.facts


def _inboxes_that_stand_still() -> Iterator[alarms.Alarm]:
    for each in vitals.standing_still(now()):
        yield alarms.Alarm(
            text=f"{each.inbox.name}: {each.words}",
            url=reverse("channels_inbox:inbox", args=[each.inbox.pk]),
            action=_("See what is wrong"),
        )
