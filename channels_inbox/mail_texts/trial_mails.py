"""Send somebody the mail they are just writing, on sample data: by the same road as every other mail."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agent
from channels_inbox import doorbell
from channels_inbox.email import reply_address
from channels_inbox.letters import NothingToSend
from channels_inbox.mail_texts import places, samples
from channels_inbox.mail_texts.catalogue import MAILS, Mail
from channels_inbox.mail_texts.grammar import TextRefused
from channels_inbox.mail_texts.places import Place
from channels_inbox.mail_texts.rendering import Rendered, Wording
from channels_inbox.models import MessageDelivery
from channels_inbox.routes import default_route
from foundation import limits
from foundation.errors import HelpdeskError

KIND = "mail.trial"
MOST, WITHIN = 20, 3600
GONE = "What it was to show is gone."


class TrialRefused(HelpdeskError):
    """It cannot be sent."""


@transaction.atomic
def send(mail: Mail, place: Place, wording: Wording, *, to: Agent) -> None:
    """Put it into the outbox, to nobody but the agent who asks. Raises TrialRefused."""
    route = default_route()
    if route is None:
        raise TrialRefused(_("There is no email inbox that could send it. Set one up first."))
    if not limits.hit(f"trial-mail:{to.pk}", limit=MOST, per=WITHIN).allowed:
        raise TrialRefused(_("That were many test mails. Wait an hour before the next one."))
    MessageDelivery.objects.create(
        kind=MessageDelivery.Kind.NOTICE,
        inbox=route.inbox,
        idempotency_key=f"{KIND}:{uuid.uuid4()}",
        rfc_message_id=reply_address.mint_notice(route.address),
        sender=route.address,
        recipients={"to": [to.email]},
        content={
            "kind": KIND,
            "mail": mail.key,
            "place": place.key,
            "language": place.spoken,
            "own_language": place.language,
            "subject": wording.subject,
            "body": wording.body,
        },
    )
    doorbell.ring_after_commit(doorbell.SEND_DUE)


def letter(row: MessageDelivery) -> Rendered:
    """Raises NothingToSend where the brand or inbox is gone meanwhile."""
    content = row.content
    mail = MAILS.get(content["mail"])
    place = places.find(mail, content["place"], content["own_language"]) if mail else None
    if mail is None or place is None:
        raise NothingToSend(GONE)
    try:
        return samples.letter(mail, place, Wording(content["subject"], content["body"]))
    except TextRefused as refused:
        raise NothingToSend(str(refused)) from None
