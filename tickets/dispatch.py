"""Hand each event to the reactions of the desk, stage by stage.

Events of one ticket are handled in their order; different tickets in parallel. A batch runs in one
transaction and, when all goes well, costs one UPDATE. When a reaction fails the batch is rolled back and
repeated event by event with a savepoint around each reaction, so that a broken one stops nobody else.
Reactions write rows; what touches the network does so later, from those rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now
from django.utils.timezone import now

from foundation import faults
from tickets.models import EventDelivery, TicketEvent

logger = logging.getLogger(__name__)

BATCH = 100
# Seconds until the next try; after the last one the event is parked for an admin.
BACKOFF = (5, 30, 120, 600, 1800, 3600)


class Stage(IntEnum):
    """The order in which the desk reacts to an event."""

    CLOCKS = 1  # SLA clocks start, pause and stop
    RULES = 2  # triggers and routing change the ticket
    NOTICES = 3  # people are told
    WIRES = 4  # replies leave, screens refresh, webhooks fire


@dataclass(frozen=True)
class Reaction:
    stage: Stage
    name: str
    kinds: frozenset[str]
    run: Callable[[Sequence[TicketEvent]], None]
    together: bool = False  # takes all events of a batch at once, after everything else


Handler = Callable[[TicketEvent], None]
BatchHandler = Callable[[Sequence[TicketEvent]], None]


REACTIONS: list[Reaction] = []
# The name under which a reaction is to be found for every kind of event.
EVERY_KIND = "*"


def on(*kinds: str, stage: Stage) -> Callable[[Handler], Handler]:
    """Register a function as the desk's reaction to some kinds of event, or to EVERY_KIND."""

    def register(function: Handler) -> Handler:
        def run(batch: Sequence[TicketEvent]) -> None:
            for event in batch:
                function(event)

        _register(Reaction(stage, _name(function), frozenset(kinds), run))
        return function

    return register


def on_all(*kinds: str) -> Callable[[BatchHandler], BatchHandler]:
    """The same for a reaction of the last stage that takes many events at once, for little more than one costs."""

    def register(function: BatchHandler) -> BatchHandler:
        _register(Reaction(Stage.WIRES, _name(function), frozenset(kinds), function, together=True))
        return function

    return register


def _name(function: Callable[..., None]) -> str:
    return f"{function.__module__}.{function.__name__}"


def _register(reaction: Reaction) -> None:
    REACTIONS.append(reaction)
    REACTIONS.sort(key=lambda each: (each.stage, each.name))


def reactions_to(kind: str) -> list[Reaction]:
    return [reaction for reaction in REACTIONS if kind in reaction.kinds or EVERY_KIND in reaction.kinds]


def process_events(*, limit: int = 10_000) -> int:
    """Handle what waits, until nothing does or `limit` events were handled. Returns how many."""
    handled = 0
    while handled < limit:
        count = _process_batch()
        if not count:
            break
        handled += count
    return handled


def _process_batch() -> int:
    try:
        with transaction.atomic():
            batch = _claim()
            if any(event.attempts for event in batch):  # some reactions have had their turn already
                _one_by_one(batch)
            else:
                _all_at_once(batch)
            faults.point("dispatch.before_commit")
    except Exception:  # a door: find out below whose fault it is, and record it there
        logger.warning("A batch of events failed; repeating it one by one.", exc_info=True)
        with transaction.atomic():
            batch = _claim()
            _one_by_one(batch)
    faults.point("dispatch.after_commit")
    return len(batch)


def _all_at_once(batch: list[TicketEvent]) -> None:
    last: dict[str, tuple[Reaction, list[TicketEvent]]] = {}
    for event in batch:
        for reaction in reactions_to(event.kind):
            if reaction.together:
                last.setdefault(reaction.name, (reaction, []))[1].append(event)
            else:
                reaction.run([event])
    for reaction, events in last.values():
        reaction.run(events)
    _mark_processed(batch)


def _one_by_one(batch: list[TicketEvent]) -> None:
    stuck: set[int] = set()
    for event in batch:
        # What follows a failed event of the same ticket waits for it.
        if event.ticket_id not in stuck and not _deliver_all(event):
            stuck.add(event.ticket_id)


def _claim() -> list[TicketEvent]:
    """Lock the oldest waiting event of each ticket, then take what waits behind it too.

    Whoever holds the head of a ticket's queue holds the queue: nobody else sees a head there
    until this transaction ends.
    """
    earlier = TicketEvent.objects.waiting().filter(ticket=OuterRef("ticket"), pk__lt=OuterRef("pk"))
    heads = (
        TicketEvent.objects.waiting()
        .filter(~Exists(earlier), next_at__lte=Now())
        .order_by("pk")
        .select_for_update(skip_locked=True, of=("self",))[:BATCH]
    )
    tickets = [event.ticket_id for event in heads]
    if not tickets:
        return []
    behind = (
        TicketEvent.objects.waiting()
        .filter(ticket__in=tickets)
        .select_related("ticket", "message", "actor_agent", "actor_customer", "caused_by")
        .order_by("pk")
    )
    batch = list(behind[: BATCH * 2])
    for event in batch:
        if event.message:
            event.message.ticket = event.ticket  # reactions ask for it, and it is at hand
    return batch


def _mark_processed(events: Iterable[TicketEvent]) -> None:
    pks = [event.pk for event in events]
    if pks:
        TicketEvent.objects.filter(pk__in=pks).update(processed_at=Now())


def _deliver_all(event: TicketEvent) -> bool:
    """Give each reaction its turn, remembering who is done. True when all are."""
    done = set(event.deliveries.exclude(done_at=None).values_list("reaction", flat=True))
    results = [
        _deliver(event, reaction) for reaction in reactions_to(event.kind) if reaction.name not in done
    ]
    if all(results):
        _mark_processed([event])
        return True
    _put_off(event)
    return False


def _deliver(event: TicketEvent, reaction: Reaction) -> bool:
    error = ""
    try:
        with transaction.atomic():
            reaction.run([event])
    except Exception as caught:  # one reaction's fault must not stop the others
        logger.exception("%s failed at event %s.", reaction.name, event.pk)
        error = f"{type(caught).__name__}: {caught}"
    EventDelivery.objects.update_or_create(
        event=event,
        reaction=reaction.name,
        defaults={"error": error, "done_at": None if error else now(), "attempts": F("attempts") + 1},
        create_defaults={"error": error, "done_at": None if error else now(), "attempts": 1},
    )
    return not error


def _put_off(event: TicketEvent) -> None:
    event.attempts += 1
    if event.attempts > len(BACKOFF):
        TicketEvent.objects.filter(pk=event.pk).update(attempts=event.attempts, parked_at=Now())
        return
    wait = timedelta(seconds=BACKOFF[event.attempts - 1])
    TicketEvent.objects.filter(pk=event.pk).update(attempts=event.attempts, next_at=Now() + wait)


def retry_parked(event: TicketEvent) -> None:
    """An admin has mended the cause: put the event back into the queue."""
    TicketEvent.objects.filter(pk=event.pk).update(parked_at=None, attempts=0, next_at=Now())
