"""Hand over what is due, one message at a time, and write down exactly how it ended."""

from __future__ import annotations

import logging
import random
import time
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from accounts import customers
from channels_inbox import delivery_claims, health, outgoing
from channels_inbox.adapter import SendFailed, SendInDoubt
from channels_inbox.insisting import DATABASE_AWAY, insisting
from channels_inbox.letters import NothingToSend
from channels_inbox.messages import Accepted, OutboundMessage
from channels_inbox.models import MessageDelivery
from channels_inbox.registry import adapter_for
from foundation import faults
from tickets.models import Message
from tickets.services import delivery

State = MessageDelivery.State

# Waits between tries, in seconds; the last one repeats. Together about three days, then it has failed.
BACKOFF = (10, 30, 120, 600, 1800, 3600)
MOST_ATTEMPTS = 80
SOON = 2.0  # seconds; for what is no fault of the message
NOT_BEGUN = "The desk's database was away when this was about to leave."
FAULTY = "The desk could not write this message ({fault}). It will leave once that is mended and somebody retries it."

logger = logging.getLogger(__name__)


def send_due(*, limit: int = 1000, seconds: float = 60.0) -> int:
    """Work until nothing is due, or for so long. Returns how many messages were handled."""
    handled, deadline = delivery_claims.give_up_the_dead(), time.monotonic() + seconds
    while handled < limit and time.monotonic() < deadline:
        row = delivery_claims.claim()
        if row is None:
            break
        faults.point("outbox.claimed")
        send(row)
        handled += 1
    return handled


def send(row: MessageDelivery) -> None:
    """Hand a claimed message over."""
    try:
        letter = outgoing.write(row)
    except NothingToSend as reason:
        _cancelled(row, str(reason))
        return
    except SendFailed as failure:
        _failed(row, failure)
        return
    except DATABASE_AWAY:
        _failed(row, SendFailed(NOT_BEGUN, retry_after=SOON))
        return
    except Exception as fault:  # a door: a fault of ours must be seen on the message it concerns
        logger.exception("Delivery %s could not be written.", row.pk)
        words = FAULTY.format(fault=f"{type(fault).__name__}: {fault}")
        _failed(row, SendFailed(words, permanent=not isinstance(fault, OSError)))
        return
    health.probe(row.inbox)
    if _begin(row):
        faults.point("outbox.before_send")
        _hand_over(row, letter)


def _begin(row: MessageDelivery) -> bool:
    try:
        return delivery_claims.begin(row)
    except DATABASE_AWAY:  # committed or not, it was not handed over
        _failed(row, SendFailed(NOT_BEGUN, retry_after=SOON))
        return False


def _hand_over(row: MessageDelivery, letter: OutboundMessage) -> None:
    try:
        accepted = adapter_for(row.inbox).send(letter)
    except SendFailed as failure:
        _failed(row, failure)
        return
    except SendInDoubt as doubt:
        _in_doubt(row, str(doubt))
        return
    except Exception as fault:  # a door: nobody knows how far it came
        logger.exception("Handing over delivery %s failed.", row.pk)
        _in_doubt(row, f"{type(fault).__name__}: {fault}")
        return
    faults.point("outbox.after_accept")
    _accepted(row, accepted)
    health.sent(row.inbox)


@insisting
@transaction.atomic
def _accepted(row: MessageDelivery, accepted: Accepted) -> None:
    # Whoever declared it doubtful in the meantime knew less than we do now.
    known = MessageDelivery.objects.filter(pk=row.pk, state__in=(State.SENDING, State.IN_DOUBT)).update(
        state=State.SENT,
        sent_at=Now(),
        lease=None,
        provider_id=accepted.provider_id[:250],
        provider_reply=accepted.note,
    )
    if known and row.message:  # else the provider was faster: it has come back already
        delivery.record_delivery(message=row.message, state=Message.Delivery.SENT, note=accepted.note)
    faults.point("outbox.before_mark")


def _failed(row: MessageDelivery, failure: SendFailed) -> None:
    """It is certain that the other side does not have it."""
    _note_failure(row, failure)
    if failure.channel_is_down:
        health.send_failed(row.inbox, str(failure))


@insisting
@transaction.atomic
def _note_failure(row: MessageDelivery, failure: SendFailed) -> None:
    given_up = failure.permanent or row.attempts >= MOST_ATTEMPTS
    ours = MessageDelivery.objects.filter(pk=row.pk, lease=row.lease)
    if given_up:
        changed = ours.update(state=State.FAILED, lease=None, provider_reply=str(failure))
    else:
        changed = ours.update(
            state=State.RETRY, lease=None, provider_reply=str(failure), next_at=Now() + _wait(row, failure)
        )
    if failure.gone:
        customers.note_undeliverable(email=failure.gone, words=str(failure))
    if changed and row.message:
        delivery.record_delivery(
            message=row.message,
            state=Message.Delivery.FAILED if given_up else Message.Delivery.QUEUED,
            note=str(failure),
            may_fall_back=not given_up,
        )


def _wait(row: MessageDelivery, failure: SendFailed) -> timedelta:
    seconds = failure.retry_after or BACKOFF[min(row.attempts, len(BACKOFF)) - 1]
    return timedelta(seconds=seconds * random.uniform(0.9, 1.2))  # noqa: S311 (spreads load)


@insisting
@transaction.atomic
def _in_doubt(row: MessageDelivery, words: str) -> None:
    ours = MessageDelivery.objects.filter(pk=row.pk, lease=row.lease, state=State.SENDING)
    if ours.update(state=State.IN_DOUBT, lease=None, provider_reply=words) and row.message:
        delivery.record_delivery(message=row.message, state=Message.Delivery.IN_DOUBT, note=words)


@transaction.atomic
def _cancelled(row: MessageDelivery, words: str) -> None:
    MessageDelivery.objects.filter(pk=row.pk, lease=row.lease).update(
        state=State.CANCELLED, lease=None, provider_reply=words
    )
