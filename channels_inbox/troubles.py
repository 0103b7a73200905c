"""What did not go as it should, grouped by what it has in common: so that one cause is mended once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Count, F, Func, Max, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Left

from channels_inbox.models import InboundPayload, MessageDelivery
from tickets.models import EventDelivery, TicketEvent

GROUPS_SHOWN = 30
COUNTED = 1000  # beyond this a count says "1000+"
# What differs from case to case: addresses, ids, long numbers. The short ones are the servers' codes.
PARTICULARS = r"<?[^\s<>]+@[^\s<>]+>?|\m[0-9a-f]{8,}\M|\d{4,}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    words: str
    count: int
    newest: datetime


class _General(Func):
    """A server's or a program's words without what is particular to one case."""

    function = "regexp_replace"
    output_field = CharField()

    def __init__(self, words: Combinable) -> None:
        super().__init__(Left(words, 300), Value(PARTICULARS), Value("…"), Value("g"))


def undelivered(state: str) -> QuerySet[MessageDelivery]:
    """Deliveries that failed, or of which nobody knows, with their `cause`."""
    rows = MessageDelivery.objects.filter(state=state).select_related("inbox", "ticket", "message")
    return rows.annotate(cause=_General(F("provider_reply")))


def stuck_reactions() -> QuerySet[EventDelivery]:
    """Reactions at which an event was given up, with their `cause`."""
    rows = EventDelivery.objects.filter(done_at=None).exclude(event__parked_at=None)
    words = Concat(F("reaction"), Value(": "), F("error"), output_field=CharField())
    return rows.select_related("event", "event__ticket").annotate(cause=_General(words))


def causes(rows: QuerySet, moment: str) -> Sequence[Cause]:
    """The most frequent causes among these rows. `moment` is the field that says when."""
    grouped = rows.order_by().values("cause").annotate(count=Count("pk"), newest=Max(moment))
    top = grouped.order_by("-count", "cause")[:GROUPS_SHOWN]
    return [Cause(words=row["cause"], count=row["count"], newest=row["newest"]) for row in top]


def how_many() -> dict[str, int]:
    """Of each kind, counted no further than COUNTED + 1."""
    rows: dict[str, QuerySet] = {
        "failed": MessageDelivery.objects.filter(state=MessageDelivery.State.FAILED),
        "in_doubt": MessageDelivery.objects.filter(state=MessageDelivery.State.IN_DOUBT),
        "events": TicketEvent.objects.parked(),
        "given_up": InboundPayload.objects.filter(state=InboundPayload.State.DEAD),
    }
    return {kind: found.order_by()[: COUNTED + 1].count() for kind, found in rows.items()}


def held() -> int:
    """Messages that wait for somebody's decision, as far as one counts."""
    return InboundPayload.objects.held().order_by()[: COUNTED + 1].count()


def failed() -> int:
    """Everything on the page of failures."""
    return sum(how_many().values())
