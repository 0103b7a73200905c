"""Mail that belongs to no ticket, such as a link to sign in: queued without its secret, written when it leaves."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from django.db import transaction

from accounts import notices
from accounts.notices import Notice
from channels_inbox import calls, doorbell, inbox_news
from channels_inbox.agent_mail import held_notices, notifications
from channels_inbox.email import reply_address
from channels_inbox.letters import NothingToSend
from channels_inbox.mail_texts import texts, trial_mails
from channels_inbox.mail_texts.catalogue import (
    ANSWER_HELD,
    INBOX_NEWS,
    STANDS_STILL,
    TICKET_ANSWERED,
    TICKET_ASSIGNED,
)
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.rendering import Rendered
from channels_inbox.messages import OutboundMessage, Sender
from channels_inbox.models import MessageDelivery
from channels_inbox.routes import default_route
from foundation import desk

NOBODY = "Nobody is known at this address."

logger = logging.getLogger(__name__)


@transaction.atomic
def queue(notice: Notice) -> None:
    """Take a notice into the outbox. The same work whoever it is for, so that its timing tells nothing."""
    route = default_route()
    if route is None:
        logger.error("A %s notice has no way out: there is no email inbox.", notice.kind)
        return
    MessageDelivery.objects.create(
        kind=MessageDelivery.Kind.NOTICE,
        inbox=route.inbox,
        idempotency_key=f"notice:{uuid.uuid4()}",
        rfc_message_id=reply_address.mint_notice(route.address),
        sender=route.address,
        recipients={"to": [notice.address]},
        content={"kind": notice.kind, "language": notice.language},
    )
    doorbell.ring_after_commit(doorbell.SEND_DUE)


def write(row: MessageDelivery) -> OutboundMessage:
    if whole := WHOLE.get(row.content["kind"]):
        return whole(row)
    (address,) = row.recipients["to"]
    letter = LETTERS.get(row.content["kind"], _letter)(row)
    return OutboundMessage(
        sender=Sender(handle=row.sender, name=desk.settings().name),
        reply_to="",
        to=(address,),
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        message_id=row.rfc_message_id,
        date=row.created_at,
        automatic=True,
        language=row.content["language"],
    )


def _letter(row: MessageDelivery) -> Rendered:
    """A mail with a way in: the link is made now, for whoever stands behind the address."""
    (address,) = row.recipients["to"]
    kind, language = row.content["kind"], row.content["language"]
    link = notices.link_for(Notice(kind=kind, address=address, language=language))
    if link is None:
        raise NothingToSend(NOBODY)
    brand = row.inbox.brand
    values = {"link": link, "desk": desk.settings().name, "brand": brand.name}
    return texts.write(kind, Place(brand=brand, language=language), values)


# Mails that are not about a way in. What they say is looked up when they leave, too.
LETTERS: dict[str, Callable[[MessageDelivery], Rendered]] = {
    STANDS_STILL: calls.letter,
    INBOX_NEWS: inbox_news.letter,
    trial_mails.KIND: trial_mails.letter,
}
# Mails that can be answered.
WHOLE: dict[str, Callable[[MessageDelivery], OutboundMessage]] = {
    TICKET_ASSIGNED: notifications.write,
    TICKET_ANSWERED: notifications.write,
    ANSWER_HELD: held_notices.write,
}
