"""An answer that did not arrive, or nobody knows: send it again, to another address, or note that it has arrived."""

from __future__ import annotations

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts import customers
from accounts.models import Agent
from tickets import events, recipients
from tickets.errors import TooLate
from tickets.models import Message, Ticket
from tickets.services import delivery, locking

TROUBLED = (Message.Delivery.FAILED, Message.Delivery.IN_DOUBT)


@transaction.atomic
def retry_send(*, message: Message, actor: Agent, address: str = "") -> Message:
    """An agent wants a failed or doubtful message to leave once more, perhaps to another address of the customer.

    Pressed twice it leaves once: the second time it is not waiting any more (TooLate). Raises RecipientRefused,
    or AddressTaken where the other address is somebody else's.
    """
    ticket = locking.lock(message.ticket)
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.delivery not in TROUBLED:
        raise TooLate(_("This message is not waiting for another try."))
    changes = _readdress(row, ticket, address.strip().lower(), actor) if address.strip() else {}
    row.delivery, row.delivery_note, row.send_after = Message.Delivery.QUEUED, "", now()
    row.save(update_fields=["delivery", "delivery_note", "send_after", "recipients"])
    events.record(ticket, events.MESSAGE_RETRIED, actor=actor, message=row, changes=changes)
    return row


def _readdress(message: Message, ticket: Ticket, address: str, actor: Agent) -> dict[str, list[str]]:
    """Write it to another address than before. Returns the change."""
    before = (message.recipients.get("to") or [""])[0]
    people = recipients.chosen(
        to=[address], cc=message.recipients.get("cc", []), bcc=message.recipients.get("bcc", [])
    )
    recipients.chosen(to=[], cc=[address], bcc=[])  # as right as every address that is typed
    if address == before.lower():
        return {}
    if not message.is_aside:
        customers.correct_address(ticket.requester, wrong=before, right=address, actor=actor.as_actor)
    message.recipients = people
    return {"address": [before, address]}


@transaction.atomic
def confirm_sent(*, message: Message, actor: Agent) -> Message:
    """An agent knows that a doubtful message has arrived: the customer has answered it, or said so."""
    ticket = locking.lock(message.ticket)
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.delivery != Message.Delivery.IN_DOUBT:
        raise TooLate(_("This message is not in doubt any more."))
    delivery.record_delivery(message=row, state=Message.Delivery.SENT)
    row.refresh_from_db()
    events.record(ticket, events.MESSAGE_CONFIRMED, actor=actor, message=row)
    return row
