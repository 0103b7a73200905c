"""Does everything add up? What arrived, what became of it, what left: each counted against the other.

A difference is a fault of the desk. It is asked for every hour, by `manage.py check_ledger`, and at the end of
every test that kills something.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from channels_inbox import raw_files
from channels_inbox.models import InboundPayload, MessageDelivery
from tickets.models import Message

# A lease that ended so long ago should have been taken over.
STALE_AFTER = timedelta(minutes=5)
# So many rows are named in a finding; the number says how many there are.
NAMED = 5
FILES_LOOKED_AT = 1000

Incoming, Outgoing = InboundPayload.State, MessageDelivery.State
LEFT = (Message.Delivery.SENT, Message.Delivery.DELIVERED, Message.Delivery.READ, Message.Delivery.FAILED)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    findings: list[str] = field(default_factory=list)  # sentences; none when all adds up
    payloads: dict[str, int] = field(default_factory=dict)  # how many in each state
    deliveries: dict[str, int] = field(default_factory=dict)


def check(*, since: timedelta | None = None) -> Report:
    """Count it all, or only what came in and went out lately."""
    payloads, deliveries = InboundPayload.objects.all(), MessageDelivery.objects.all()
    if since:
        payloads = payloads.filter(received_at__gte=Now() - since)
        deliveries = deliveries.filter(created_at__gte=Now() - since)
    findings = [
        sentence.format(count=len(rows), named=", ".join(map(str, rows[:NAMED])))
        for sentence, ask in QUESTIONS
        if (rows := ask(payloads, deliveries))
    ]
    return Report(findings, _by_state(payloads), _by_state(deliveries))


def check_and_tell() -> Report:
    """For the hourly task: a finding is logged as an error, so that whoever watches the desk is called."""
    report = check(since=timedelta(days=2))
    for finding in report.findings:
        logger.error("The ledger does not add up: %s", finding)
    return report


def _by_state(rows: QuerySet) -> dict[str, int]:
    return dict(rows.order_by().values_list("state").annotate(Count("pk")))


def _pks(rows: QuerySet) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[: 10 * NAMED])


Rows = QuerySet
Question = Callable[[Rows, Rows], list]


def _done_without_a_trace(payloads: Rows, deliveries: Rows) -> list[int]:
    # A bounce is about a ticket and becomes no message; a notice that bounces is about no ticket either.
    return _pks(payloads.filter(state=Incoming.DONE, ticket=None, message=None, reason=""))


def _held_without_a_ticket(payloads: Rows, deliveries: Rows) -> list[int]:
    return _pks(payloads.filter(state=Incoming.QUARANTINED, ticket=None))


def _set_aside_without_a_reason(payloads: Rows, deliveries: Rows) -> list[int]:
    return _pks(payloads.filter(state__in=(Incoming.IGNORED, Incoming.DUPLICATE, Incoming.DEAD), reason=""))


def _two_payloads_of_one_message(payloads: Rows, deliveries: Rows) -> list[int]:
    done = payloads.filter(state=Incoming.DONE).exclude(message=None).order_by()
    return list(
        done.values_list("message").annotate(n=Count("pk")).filter(n__gt=1).values_list("message", flat=True)
    )


def _stale_claims(payloads: Rows, deliveries: Rows) -> list[int]:
    return _pks(payloads.filter(state=Incoming.PROCESSING, next_at__lt=Now() - STALE_AFTER))


def _stale_sends(payloads: Rows, deliveries: Rows) -> list[int]:
    return _pks(deliveries.filter(state=Outgoing.SENDING, next_at__lt=Now() - STALE_AFTER))


def _messages_nobody_received(payloads: Rows, deliveries: Rows) -> list[int]:
    """Mail in a ticket that never stood in the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM tickets_message WHERE source_key LIKE 'email:%%' AND NOT EXISTS"
            " (SELECT FROM channels_inbox_inboundpayload AS payload WHERE payload.message_id = tickets_message.id)"
            " AND id >= (SELECT coalesce(min(message_id), 0) FROM channels_inbox_inboundpayload"
            "            WHERE received_at >= statement_timestamp() - interval '2 days')"
            " ORDER BY id LIMIT %s",
            [NAMED],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _sent_twice(payloads: Rows, deliveries: Rows) -> list[int]:
    sent = deliveries.filter(state=Outgoing.SENT).exclude(message=None).order_by()
    return list(
        sent.values_list("message").annotate(n=Count("pk")).filter(n__gt=1).values_list("message", flat=True)
    )


def _sent_but_the_message_does_not_know(payloads: Rows, deliveries: Rows) -> list[int]:
    sent = deliveries.filter(state=Outgoing.SENT).exclude(message=None)
    return _pks(sent.exclude(message__delivery__in=LEFT))


def _the_message_knows_better(payloads: Rows, deliveries: Rows) -> list[int]:
    """The ticket says that a reply has left, and the outbox does not."""
    told = deliveries.filter(message__delivery__in=(Message.Delivery.SENT, Message.Delivery.DELIVERED))
    return _pks(told.exclude(state=Outgoing.SENT))


def _names_not_unique(payloads: Rows, deliveries: Rows) -> list[int]:
    return _pks(deliveries.filter(Q(rfc_message_id="") | Q(idempotency_key="")))


def _files_missing(payloads: Rows, deliveries: Rows) -> list[int]:
    large = payloads.exclude(raw_file="").order_by("-pk").values_list("pk", "raw_file")[:FILES_LOOKED_AT]
    return [pk for pk, name in large if not raw_files.exists(name)]


def _raw_bytes_missing(payloads: Rows, deliveries: Rows) -> list[int]:
    return _pks(payloads.filter(raw=None, raw_file="", size__gt=0))


QUESTIONS: tuple[tuple[str, Question], ...] = (
    ("{count} payloads are done and became nothing ({named}).", _done_without_a_trace),
    ("{count} payloads are held and no ticket stands in for them ({named}).", _held_without_a_ticket),
    ("{count} payloads were set aside for no reason ({named}).", _set_aside_without_a_reason),
    ("{count} messages were made of two payloads ({named}).", _two_payloads_of_one_message),
    ("{count} payloads are claimed by nobody who lives ({named}).", _stale_claims),
    ("{count} messages are being sent by nobody who lives ({named}).", _stale_sends),
    ("{count} messages came by mail and stand in no ledger ({named}).", _messages_nobody_received),
    ("{count} messages were sent twice ({named}).", _sent_twice),
    (
        "{count} deliveries were sent, and their messages do not know it ({named}).",
        _sent_but_the_message_does_not_know,
    ),
    (
        "{count} messages are shown as sent, and the outbox says otherwise ({named}).",
        _the_message_knows_better,
    ),
    ("{count} deliveries have no name of their own ({named}).", _names_not_unique),
    ("{count} large payloads have lost their file ({named}).", _files_missing),
    ("{count} payloads have lost their raw bytes ({named}).", _raw_bytes_missing),
)
