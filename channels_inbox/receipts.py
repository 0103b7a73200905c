"""What the other side says became of a message of ours: a bounce, a receipt."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from accounts import customers
from channels_inbox.messages import DeliveryReport
from channels_inbox.models import Inbox, MessageDelivery
from tickets.models import Message
from tickets.services import delivery

State = MessageDelivery.State
# How long a mail waits that came back for a reason that passes, each time; after that it has failed.
SOFT_WAITS = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))


def apply(report: DeliveryReport, inbox: Inbox) -> MessageDelivery | None:
    """Write it down where the message stands. Returns what it was about; None where it names nothing of ours."""
    row = _named_by(report, inbox)
    if row is None:
        return None
    note = f"{report.recipient}: {report.note}" if report.recipient else report.note
    if report.state == Message.Delivery.FAILED:
        _came_back(row, report, note)
    elif row.state != State.FAILED:  # a copy that arrived mends none that failed
        _arrived(row, report, note)
    return row


def _arrived(row: MessageDelivery, report: DeliveryReport, note: str) -> None:
    if report.state == Message.Delivery.DELIVERED:
        # Nobody knew whether it had left; now somebody does.
        doubtful = MessageDelivery.objects.filter(pk=row.pk, state=State.IN_DOUBT)
        doubtful.update(state=State.SENT, sent_at=Now(), lease=None)
        customers.note_reachable([report.recipient] if report.recipient else [])
    if row.message:
        delivery.record_delivery(message=row.message, state=report.state, note=note)


def _came_back(row: MessageDelivery, report: DeliveryReport, note: str) -> None:
    waits = row.state == State.RETRY and row.content.get("soft")
    if waits and report.may_pass:
        _wait_for(row, report.recipient)  # one more of the same report
    elif row.state in (State.QUEUED, State.RETRY):
        return  # somebody has sent it again meanwhile: this is about the try before
    elif not report.is_permanent:
        # It may still arrive, or has arrived: nothing to do but to note what was said.
        MessageDelivery.objects.filter(pk=row.pk).update(provider_reply=note)
    elif report.may_pass and _may_wait(row, report):
        _put_off(row, report, note)
    else:
        _failed(row, report, note)


def _failed(row: MessageDelivery, report: DeliveryReport, note: str) -> None:
    address = report.recipient or _only_one(row)
    if address and not report.may_pass:
        customers.note_undeliverable(email=address, words=report.note)
    known = row.content.get("came_back", [])
    row.content = {
        **row.content,
        "came_back": list(dict.fromkeys([*known, *filter(None, [address.lower()])])),
    }
    MessageDelivery.objects.filter(pk=row.pk).update(
        state=State.FAILED, provider_reply=note, content=row.content, lease=None
    )
    if row.message:
        delivery.record_delivery(message=row.message, state=report.state, note=note, may_fall_back=True)


# ---- What may pass: a full mailbox, a server that was busy for too long


def _may_wait(row: MessageDelivery, report: DeliveryReport) -> bool:
    """It is known for whom to try again, that has not been done too often, and no other has failed for good."""
    is_named = report.recipient.lower() in _everybody(row)
    return (
        bool(row.message)
        and is_named
        and row.state != State.FAILED
        and row.content.get("soft", 0) < len(SOFT_WAITS)
    )


def _put_off(row: MessageDelivery, report: DeliveryReport, note: str) -> None:
    """Try again later, for those alone from whom it came back."""
    tries = row.content.get("soft", 0)
    content = {"soft": tries + 1, "only": [report.recipient.lower()]}
    MessageDelivery.objects.filter(pk=row.pk).update(
        state=State.RETRY, lease=None, next_at=Now() + SOFT_WAITS[tries], provider_reply=note, content=content
    )
    if row.message:
        delivery.put_off(message=row.message, note=note)


def _wait_for(row: MessageDelivery, recipient: str) -> None:
    if recipient.lower() in _everybody(row):
        row.content["only"] = list(dict.fromkeys([*row.content["only"], recipient.lower()]))
        row.save(update_fields=["content"])


def _everybody(row: MessageDelivery) -> list[str]:
    return [address.lower() for people in row.recipients.values() for address in people]


def _only_one(row: MessageDelivery) -> str:
    found = _everybody(row)
    return found[0] if len(found) == 1 else ""


def _named_by(report: DeliveryReport, inbox: Inbox) -> MessageDelivery | None:
    if not report.external_id:
        return None
    found = MessageDelivery.objects.filter(rfc_message_id=report.external_id, inbox__brand=inbox.brand_id)
    return found.select_related("message__ticket", "ticket").select_for_update(of=("self",)).first()
