"""From the ledger to the ticket: claim what is due, read it in a guarded child, and store what it says.

A batch is read together and stored in one transaction, which ends with "this payload is done" under the lease
of the claim: either all of it has happened, once, or none of it. When anything goes wrong the batch is repeated
one by one, so that each payload answers for itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.db.models.functions import Now

from channels_inbox import claims, handling, known, stand_ins
from channels_inbox.adapter import NotNow, PayloadUnreadable
from channels_inbox.agent_mail import forwards
from channels_inbox.models import InboundPayload, Inbox
from channels_inbox.outcome import Outcome
from channels_inbox.reading import Reading, read
from foundation import faults

# Troubles that pass: the message is not to blame and is tried again. An IntegrityError is somebody who was faster.
PASSING = (OperationalError, InterfaceError, IntegrityError, OSError, NotNow)
MOST_BYTES = 32 * 2**20  # raw bytes that are read at once
TROUBLE = "The desk could not take this message in: {fault}."

logger = logging.getLogger(__name__)


def process_due(*, limit: int = 100_000, seconds: float = 60.0) -> int:
    """Work until nothing is due, or for so long. Returns how many payloads were handled."""
    return len(_process(_claim_due(limit, seconds)))


def process(payload: InboundPayload) -> Outcome | None:
    """Handle one payload that is due. None where somebody else works on it, or it has to be tried again."""
    claimed = claims.claim_these([payload.pk])
    return process_claimed(claimed)[0] if claimed else None


def process_claimed(payloads: Sequence[InboundPayload]) -> list[Outcome | None]:
    """Handle claimed payloads; an entry is None where the payload stays to be tried again."""
    return _process(_portions(payloads))


def _claim_due(limit: int, seconds: float) -> Iterator[list[InboundPayload]]:
    handled, deadline = 0, time.monotonic() + seconds
    while handled < limit and time.monotonic() < deadline:
        # New ones first: a backlog of failures never holds them up for longer than one message takes.
        new, again = claims.claim_new(min(claims.BATCH, limit - handled)), claims.claim_again()
        if not new and not again:
            break
        yield from _portions(new)
        yield from _portions(again)
        handled += len(new) + len(again)


def _portions(payloads: Sequence[InboundPayload]) -> Iterator[list[InboundPayload]]:
    """So many at once that they fit into memory, however large they are."""
    portion: list[InboundPayload] = []
    for payload in payloads:
        if portion and (
            len(portion) >= claims.BATCH or sum(each.size for each in portion) + payload.size > MOST_BYTES
        ):
            yield portion
            portion = []
        portion.append(payload)
    if portion:
        yield portion


def _process(portions: Iterable[list[InboundPayload]]) -> list[Outcome | None]:
    """While one portion is stored the next one is read: that is another process's work."""
    outcomes: list[Outcome | None] = []
    under_way: tuple[list[InboundPayload], Future[list[Reading]]] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="reading") as reader:
        for portion in portions:
            faults.point("intake.claimed")
            next_one = portion, reader.submit(read, portion)
            if under_way:
                outcomes += _finish(*under_way)
            under_way = next_one
        if under_way:
            outcomes += _finish(*under_way)
    return outcomes


def _finish(payloads: list[InboundPayload], reading: Future[list[Reading]]) -> list[Outcome | None]:
    try:
        readings = reading.result()
        faults.point("intake.mid_parse")
        outcomes: list[Outcome | None] = list(_store(readings))
    except Exception as fault:  # a door: repeat it below, where each payload's own fault is recorded
        if len(payloads) > 1:
            logger.warning(
                "%d payloads failed together; repeating them one by one.", len(payloads), exc_info=True
            )
            return [outcome for payload in payloads for outcome in _process([[payload]])]
        return [_failed(payloads[0], fault)]
    _note_arrival({payload.inbox_id for payload in payloads})
    return outcomes


def _store(readings: Sequence[Reading]) -> list[Outcome]:
    """All effects of a batch, in one transaction under its leases."""
    readings = forwards.unwrap(readings)
    with transaction.atomic():
        keys = [key for reading in readings for key in _source_keys(reading)]
        messages = [message for reading in readings for message in reading.messages]
        so_far = known.about(messages, keys)
        results = handling.handle(readings, so_far)
        so_far.store_threads()
        claims.settle(settled for _outcome, settled in results)
        faults.point("intake.before_commit")
    faults.point("intake.after_commit")
    return [outcome for outcome, _settled in results]


def _source_keys(reading: Reading) -> list[str]:
    return [reading.held_key, *(reading.source_key(index) for index in range(len(reading.messages)))]


def _failed(payload: InboundPayload, fault: Exception) -> Outcome | None:
    """Record on the payload what went wrong with it."""
    if isinstance(fault, claims.LeaseLost):
        return None
    sentence = TROUBLE.format(fault=f"{type(fault).__name__}: {fault}")
    if isinstance(fault, PASSING):
        logger.warning("Payload %s is put off.", payload.pk, exc_info=fault)
        claims.put_off(payload, sentence)
        return None
    logger.exception("Payload %s is held.", payload.pk, exc_info=fault)
    trouble = PayloadUnreadable(sentence, sender=stand_ins.sender_of(payload), subject=payload.subject)
    try:
        return _store([Reading(payload, trouble, "")])[0]
    except Exception:
        logger.exception("Payload %s could not be held either; it is tried again.", payload.pk)
        claims.put_off(payload, sentence)
        return None


def _note_arrival(inboxes: set[int]) -> None:
    """For the health page. Not in the transaction of the batch: parallel batches would wait for one another."""
    seldom = Q(last_received_at=None) | Q(last_received_at__lt=Now() - claims.lease_time())
    Inbox.objects.filter(seldom, pk__in=inboxes).update(last_received_at=Now())
