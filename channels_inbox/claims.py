"""Who works on which payload: leases, on the database's clock.

A claim is a lease: while it lasts nobody else touches the payload, and whoever finishes must still hold it. A
worker that dies lets its lease run out, and the payload is due again. What failed before is claimed alone, so
that a message that kills its worker takes no innocent ones with it.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q, prefetch_related_objects
from django.db.models.functions import Now

from channels_inbox.models import InboundPayload

BATCH = 50
# Waits between tries after a failure of ours, in seconds; the last one repeats until the payload is given up.
BACKOFF = (10, 30, 120, 600, 1800, 3600)
GIVEN_UP_AFTER = timedelta(days=3)
# So many workers may die over a payload before it is taken away from them.
MOST_DEATHS = 5

State = InboundPayload.State


class LeaseLost(Exception):
    """Somebody else has taken the payload over; what was done with it must be rolled back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a payload."""

    payload: InboundPayload
    state: str
    reason: str = ""
    ticket_id: int | None = None
    message_id: int | None = None
    parser_version: int = 0


_CLAIM = """
    WITH due AS (
        SELECT id, state AS was FROM channels_inbox_inboundpayload
        WHERE next_at <= statement_timestamp() AND state IN ('received', 'retry', 'processing') AND {which}
        ORDER BY next_at, id LIMIT %s FOR UPDATE SKIP LOCKED
    )
    UPDATE channels_inbox_inboundpayload AS payload
    SET state = 'processing', lease = %s, next_at = statement_timestamp() + %s, attempts = attempts + 1
    FROM due WHERE payload.id = due.id
    RETURNING payload.*, due.was
"""
_SETTLE = """
    UPDATE channels_inbox_inboundpayload AS payload
    SET state = result.state, reason = result.reason, ticket_id = result.ticket, message_id = result.message,
        rfc_message_id = result.rfc_message_id, sender = result.sender, subject = result.subject,
        parser_version = result.parser_version, lease = NULL, finished_at = statement_timestamp()
    FROM (VALUES {rows}) AS result (
        id, lease, state, reason, ticket, message, rfc_message_id, sender, subject, parser_version
    )
    WHERE payload.id = result.id AND payload.lease = result.lease AND payload.state = 'processing'
"""
_ROW = "(%s::bigint, %s::uuid, %s, %s, %s::bigint, %s::bigint, %s, %s, %s, %s::smallint)"


def lease_time() -> timedelta:
    return timedelta(seconds=settings.CLAIM_LEASE_SECONDS)


def claim_new(limit: int = BATCH) -> list[InboundPayload]:
    """The oldest payloads that nobody has tried yet."""
    return _claim("attempts = 0", [], limit)


def claim_again() -> list[InboundPayload]:
    """One payload that failed before, or whose worker died."""
    return _claim("attempts > 0", [], 1)


def claim_these(pks: Sequence[int]) -> list[InboundPayload]:
    """Those of these payloads that are due and free."""
    return _claim("id = ANY(%s)", [list(pks)], len(pks))


def _claim(which: str, parameters: list[object], limit: int) -> list[InboundPayload]:
    sql = _CLAIM.format(which=which)
    found = InboundPayload.objects.raw(sql, [*parameters, limit, uuid.uuid4(), lease_time()])
    payloads = sorted(found, key=lambda payload: payload.pk)
    prefetch_related_objects(payloads, "inbox__brand", "inbox__team")
    return payloads


def is_deadly(payload: InboundPayload) -> bool:
    """Worker after worker died over this payload, and none lived to say why."""
    return payload.attempts > MOST_DEATHS and getattr(payload, "was", "") == State.PROCESSING


def settle(results: Iterable[Settled]) -> None:
    """Write down what became of claimed payloads. Belongs into the transaction of all that was done for them.

    Raises LeaseLost when one of them is no longer ours: then all of it must be rolled back.
    """
    results = list(results)
    if not results:
        return
    values: list[Any] = [value for result in results for value in _values(result)]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE.format(rows=", ".join([_ROW] * len(results))), values)
        if cursor.rowcount != len(results):
            raise LeaseLost


def _values(result: Settled) -> tuple[object, ...]:
    payload = result.payload
    return (
        payload.pk,
        payload.lease,
        result.state,
        result.reason,
        result.ticket_id,
        result.message_id,
        payload.rfc_message_id[:300],
        payload.sender[:254],
        payload.subject[:250],
        result.parser_version,
    )


def put_off(payload: InboundPayload, reason: str) -> None:
    """Something of ours failed: try again later, or give up after days."""
    ours = InboundPayload.objects.filter(pk=payload.pk, lease=payload.lease, state=State.PROCESSING)
    wait = BACKOFF[min(payload.attempts, len(BACKOFF)) - 1] * random.uniform(0.9, 1.2)  # noqa: S311 (spreads load)
    too_old = Q(received_at__lt=Now() - GIVEN_UP_AFTER)
    ours.filter(too_old).update(state=State.DEAD, reason=reason, lease=None, finished_at=Now())
    ours.exclude(too_old).update(
        state=State.RETRY, reason=reason, lease=None, next_at=Now() + timedelta(seconds=wait)
    )
