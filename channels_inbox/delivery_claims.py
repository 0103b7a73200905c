"""Who hands over which message: leases on the outbox, on the database's clock.

Two steps, so that as little as possible is ever in doubt. A claim alone changes nothing for the outside: when its
lease runs out, somebody else claims again. Only `begin` says that the message is being handed over now; when that
lease runs out nobody knows whether it left, and nobody sends it again by themselves.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from channels_inbox.claims import lease_time
from channels_inbox.models import MessageDelivery
from tickets.models import Message
from tickets.services import delivery

State = MessageDelivery.State

# So many messages of one inbox are handed over at the same time: a slow server leaves workers for the others.
AT_ONCE = 2
IN_THE_TRASH = "The ticket was moved to the trash before this left."
RESTORED = "It waited when the desk was put back to an older state; it may have left since."
UNKNOWN = "The program that was handing it over stopped before it heard the answer."

# Messages of one ticket leave in their order: one waits while an earlier one is under way, due, or tried again.
_CLAIM = """
    WITH due AS (
        SELECT delivery.id
        FROM channels_inbox_messagedelivery AS delivery
        JOIN channels_inbox_inbox AS inbox ON inbox.id = delivery.inbox_id
        WHERE delivery.next_at <= statement_timestamp() AND delivery.state IN ('queued', 'retry')
          AND inbox.is_active AND inbox.sign_in_needed_at IS NULL
          AND coalesce(inbox.send_resumes_at <= statement_timestamp(), true)
          AND NOT EXISTS (
              SELECT FROM channels_inbox_messagedelivery AS earlier
              WHERE earlier.ticket_id = delivery.ticket_id AND earlier.id < delivery.id
                AND (earlier.state IN ('retry', 'sending')
                     OR earlier.state = 'queued'
                        AND (earlier.lease IS NOT NULL OR earlier.next_at <= statement_timestamp()))
          )
          AND (
              SELECT count(*) FROM channels_inbox_messagedelivery AS busy
              WHERE busy.inbox_id = delivery.inbox_id AND busy.state = 'sending'
          ) < %s
        ORDER BY delivery.next_at, delivery.id LIMIT 1 FOR UPDATE OF delivery SKIP LOCKED
    )
    UPDATE channels_inbox_messagedelivery AS delivery
    SET lease = %s, next_at = statement_timestamp() + %s, attempts = attempts + 1
    FROM due WHERE delivery.id = due.id
    RETURNING delivery.*
"""


def claim() -> MessageDelivery | None:
    """The next message that is due."""
    for claimed in MessageDelivery.objects.raw(_CLAIM, [AT_ONCE, uuid.uuid4(), lease_time()]):
        return claimed
    return None


@transaction.atomic
def begin(row: MessageDelivery) -> bool:
    """From here on it is being handed over. False where the claim was lost or the message was taken back."""
    ours = MessageDelivery.objects.filter(pk=row.pk, lease=row.lease, state__in=(State.QUEUED, State.RETRY))
    lease = timedelta(seconds=settings.SENDING_LEASE_SECONDS)
    if not ours.update(state=State.SENDING, next_at=Now() + lease):
        return False
    if row.message_id and not delivery.begin_sending(message=Message(pk=row.message_id)):
        _drop(row)
        return False
    row.state = State.SENDING
    return True


def _drop(row: MessageDelivery) -> None:
    """It must not leave any more: it was taken back, or its ticket lies in the trash."""
    message = Message.objects.select_related("ticket").get(pk=row.message_id)  # type: ignore[misc]
    MessageDelivery.objects.filter(pk=row.pk).update(state=State.CANCELLED, lease=None)
    if message.delivery == Message.Delivery.QUEUED:  # whoever restores the ticket sees what was not sent
        MessageDelivery.objects.filter(pk=row.pk).update(state=State.FAILED, provider_reply=IN_THE_TRASH)
        delivery.record_delivery(message=message, state=Message.Delivery.FAILED, note=IN_THE_TRASH)


def give_up_the_dead() -> int:
    """Messages whose sender died while handing them over. Returns how many."""
    ended = MessageDelivery.objects.filter(state=State.SENDING, next_at__lte=Now())
    found = list(ended.select_related("message__ticket"))
    for row in found:
        _give_up(row)
    return len(found)


def doubt_everything() -> int:
    """After the database was put back to an older state: what waits in it may have left since. Returns how many."""
    waiting = MessageDelivery.objects.filter(state__in=(State.QUEUED, State.RETRY, State.SENDING))
    found = list(waiting.select_related("message__ticket"))
    for row in found:
        _doubt(row, RESTORED)
    return len(found)


def _give_up(row: MessageDelivery) -> None:
    if row.kind == MessageDelivery.Kind.NOTICE:
        # It may come twice: the link in the second one is as good, and somebody waits for it.
        MessageDelivery.objects.filter(pk=row.pk, state=State.SENDING, lease=row.lease).update(
            state=State.RETRY, lease=None, provider_reply=UNKNOWN
        )
    else:
        _doubt(row, UNKNOWN)


@transaction.atomic
def _doubt(row: MessageDelivery, words: str) -> None:
    still = MessageDelivery.objects.filter(pk=row.pk, state=row.state, lease=row.lease)
    if still.update(state=State.IN_DOUBT, lease=None, provider_reply=words) and row.message:
        delivery.record_delivery(message=row.message, state=Message.Delivery.IN_DOUBT, note=words)
