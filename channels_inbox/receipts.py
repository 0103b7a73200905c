"""What the other side says became of a message of ours: a bounce, a receipt."""

from __future__ import annotations

from django.db.models.functions import Now

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
    if _is_old_news(report, row):
        return row
    if report.state == Message.Delivery.DELIVERED:
        # Nobody knew whether it had left; now somebody does.
        doubtful = MessageDelivery.objects.filter(pk=row.pk, state=State.IN_DOUBT)
        doubtful.update(state=State.SENT, sent_at=Now(), lease=None)
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


def _is_old_news(report: DeliveryReport, row: MessageDelivery) -> bool:
    """Reports come in any order. A copy that arrived mends none that failed; a failure that was reported after somebody
    had sent the message again is that of the try before."""
    if report.state == Message.Delivery.FAILED:
        return row.state in (State.QUEUED, State.RETRY)
    return row.state == State.FAILED


def _named_by(report: DeliveryReport, inbox: Inbox) -> MessageDelivery | None:
    if not report.external_id:
        return None
    found = MessageDelivery.objects.filter(rfc_message_id=report.external_id, inbox__brand=inbox.brand_id)
    return found.select_related("message__ticket", "ticket").select_for_update(of=("self",)).first()
