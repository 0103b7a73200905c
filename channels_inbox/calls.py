"""Call the admins when an inbox stands still: by mail, once for each trouble, through another inbox if there is one.

The banner on every page says the same; whoever is not at the desk learns of it this way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

from accounts.models import Agent
from accounts.permissions import Permission
from channels_inbox import doorbell, vitals
from channels_inbox.email import reply_address
from channels_inbox.letters import NothingToSend
from channels_inbox.mail_texts import texts
from channels_inbox.mail_texts.catalogue import STANDS_STILL
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.rendering import Rendered
from channels_inbox.models import Inbox, MessageDelivery
from channels_inbox.routes import default_route
from foundation import desk

MENDED = "The inbox works again."


def call_admins(*, at: datetime) -> int:
    """Put a mail into the outbox for every admin and every inbox that has begun to stand still. Returns how many."""
    return sum(_call(each.inbox) for each in vitals.standing_still(at))


@transaction.atomic
def _call(inbox: Inbox) -> int:
    since = inbox.sign_in_needed_at or inbox.failing_since or inbox.last_checked_at or inbox.created_at
    way_out = _way_out(beside=inbox)
    rows = [
        MessageDelivery(
            kind=MessageDelivery.Kind.NOTICE,
            inbox=way_out,
            # One per trouble and person, ever.
            idempotency_key=f"{STANDS_STILL}:{inbox.pk}:{since.timestamp():.0f}:{admin.pk}",
            rfc_message_id=reply_address.mint_notice(way_out.address),
            sender=way_out.address,
            recipients={"to": [admin.email]},
            content={"kind": STANDS_STILL, "inbox": inbox.pk, "language": admin.language},
        )
        for admin in admins()
    ]
    return queue_once(rows)


def admins() -> QuerySet[Agent]:
    """Whoever sets inboxes up is told of their troubles."""
    may = Q(roles__permissions__contains=[Permission.INBOXES_MANAGE.value])
    return Agent.objects.active().filter(may).distinct()


def queue_once(rows: Sequence[MessageDelivery]) -> int:
    """Put those into the outbox whose key is new. Returns how many."""
    known = MessageDelivery.objects.filter(idempotency_key__in=[row.idempotency_key for row in rows])
    called_before = set(known.values_list("idempotency_key", flat=True))
    new = [row for row in rows if row.idempotency_key not in called_before]
    MessageDelivery.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        doorbell.ring_after_commit(doorbell.SEND_DUE)
    return len(new)


def _way_out(*, beside: Inbox) -> Inbox:
    others = (
        Inbox.objects.active()
        .filter(kind="email", failing_since=None, sign_in_needed_at=None)
        .exclude(pk=beside.pk)
    )
    working = others.filter(settings__smtp_host__gt="").order_by("-brand__is_default", "pk").first()
    if working:
        return working
    route = default_route()
    return route.inbox if route else beside


def letter(row: MessageDelivery) -> Rendered:
    """What the mail says, at the moment it leaves. Raises NothingToSend where all is well again."""
    inbox = Inbox.objects.filter(pk=row.content["inbox"]).first()
    if inbox is None:
        raise NothingToSend(MENDED)
    with translation.override(row.content["language"]):
        state = vitals.vitals_of([inbox], at=now())[0]
        if state.tone != "bad":
            raise NothingToSend(MENDED)
        values = {
            "inbox": inbox.name,
            "state": state.words,
            "details": state.more,
            "link": settings.SITE_URL + reverse("channels_inbox:inbox", args=[inbox.pk]),
            "desk": desk.settings().name,
        }
    return texts.write(STANDS_STILL, Place(language=row.content["language"]), values)
