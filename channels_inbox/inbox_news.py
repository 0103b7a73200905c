"""What admins are told of an inbox besides its troubles: that it works again, that its mailbox was numbered anew.

Each of them once: the key of the mail names what it is about.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _

from channels_inbox import calls, vitals
from channels_inbox.email import reply_address
from channels_inbox.letters import NothingToSend
from channels_inbox.mail_texts import texts
from channels_inbox.mail_texts.catalogue import INBOX_NEWS, STANDS_STILL
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.rendering import Rendered
from channels_inbox.models import Inbox, MessageDelivery
from channels_inbox.routes import default_route
from foundation import desk

AGAIN, RENUMBERED = "again", "renumbered"
GONE = "The inbox is not there any more."
# Whoever was called longer ago has looked meanwhile.
TOLD_WITHIN = timedelta(days=7)


@transaction.atomic
def tell_that_all_is_well(*, at: datetime) -> int:
    """Those who were called because an inbox stood still learn that it works again. Returns how many mails."""
    called = MessageDelivery.objects.filter(
        idempotency_key__gte=f"{STANDS_STILL}:",
        idempotency_key__lt=f"{STANDS_STILL};",  # the next character: the index on keys finds them
        state=MessageDelivery.State.SENT,
        created_at__gte=at - TOLD_WITHIN,
    )
    rows = list(called.select_related("inbox"))
    about = Inbox.objects.filter(pk__in={row.content["inbox"] for row in rows})
    well = {each.inbox.pk for each in vitals.vitals_of(about, at=at) if each.tone == "ok"} if rows else set()
    return calls.queue_once([_again(row) for row in rows if row.content["inbox"] in well])


def _again(call: MessageDelivery) -> MessageDelivery:
    return MessageDelivery(
        kind=MessageDelivery.Kind.NOTICE,
        inbox=call.inbox,
        idempotency_key=f"{INBOX_NEWS}:{AGAIN}:{call.pk}",
        rfc_message_id=reply_address.mint_notice(call.sender),
        sender=call.sender,
        recipients=call.recipients,
        content={**call.content, "kind": INBOX_NEWS, "what": AGAIN},
    )


def tell_that_it_was_renumbered(inbox: Inbox, *, folder: str) -> None:
    """Once a day, however many folders: a server that was moved numbers all of them anew."""
    route = default_route()
    way_out, sender = (route.inbox, route.address) if route else (inbox, inbox.address)
    calls.queue_once(
        [
            MessageDelivery(
                kind=MessageDelivery.Kind.NOTICE,
                inbox=way_out,
                idempotency_key=f"{INBOX_NEWS}:{RENUMBERED}:{inbox.pk}:{now():%Y%m%d}:{admin.pk}",
                rfc_message_id=reply_address.mint_notice(sender),
                sender=sender,
                recipients={"to": [admin.email]},
                content={
                    "kind": INBOX_NEWS,
                    "what": RENUMBERED,
                    "inbox": inbox.pk,
                    "folder": folder,
                    "language": admin.language,
                },
            )
            for admin in calls.admins()
        ]
    )


def letter(row: MessageDelivery) -> Rendered:
    """What the mail says, at the moment it leaves. Raises NothingToSend where it is not true any more."""
    inbox = Inbox.objects.filter(pk=row.content["inbox"]).first()
    if inbox is None:
        raise NothingToSend(GONE)
    with translation.override(row.content["language"]):
        state, details = WORDS[row.content["what"]](row)
        values = {
            "inbox": inbox.name,
            "state": state,
            "details": details,
            "link": settings.SITE_URL + reverse("channels_inbox:inbox", args=[inbox.pk]),
            "desk": desk.settings().name,
        }
    return texts.write(INBOX_NEWS, Place(language=row.content["language"]), values)


def _words_again(row: MessageDelivery) -> tuple[str, str]:
    return _("It works again"), _("What waited meanwhile is fetched and sent now. Nothing was lost.")


def _words_renumbered(row: MessageDelivery) -> tuple[str, str]:
    details = _(
        "The folder %(folder)s was looked through once more. Mail that the desk has is recognised by what it says, "
        "and not taken in again. This happens when a mail server is moved or restored."
    )
    return _("Its mail server has numbered all mail anew"), details % {"folder": row.content["folder"]}


WORDS = {AGAIN: _words_again, RENUMBERED: _words_renumbered}
