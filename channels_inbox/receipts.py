"""What the other side says became of a message of ours: a bounce, a receipt."""

from __future__ import annotations

from channels_inbox.messages import DeliveryReport
from channels_inbox.models import Inbox, MessageDelivery
from tickets.models import Message
from tickets.services import delivery

State = MessageDelivery.State


def apply(report: DeliveryReport, inbox: Inbox) -> MessageDelivery | None:
    """Write it down where the message stands. Returns what it was about; None where it names nothing of ours."""
    row = _named_by(report, inbox)
    if row is None:
        return None
    note = f"{report.recipient}: {report.note}" if report.recipient else report.note
    if report.state == Message.Delivery.FAILED and not report.is_permanent:
        # It may still arrive, or has arrived: nothing to do but to note what was said.
        MessageDelivery.objects.filter(pk=row.pk).update(provider_reply=note)
        return row
    if report.state == Message.Delivery.FAILED:
        MessageDelivery.objects.filter(pk=row.pk).update(state=State.FAILED, provider_reply=note)
    if row.message:
        delivery.record_delivery(
            message=row.message,
            state=report.state,
            note=note,
            may_fall_back=report.state == Message.Delivery.FAILED,
        )
    return row


def _named_by(report: DeliveryReport, inbox: Inbox) -> MessageDelivery | None:
    if not report.external_id:
        return None
    found = MessageDelivery.objects.filter(rfc_message_id=report.external_id, inbox__brand=inbox.brand_id)
    return found.select_related("message__ticket", "ticket").first()
