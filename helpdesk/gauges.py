"""What an operator watches, read from the database at the moment of asking.

The same from whichever process answers. Only what is unfinished or in trouble is counted: those
rows are few and have indexes of their own, however long the history grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import DatabaseError, connection
from django.db.models import Count, Min, QuerySet
from django.utils.timezone import now
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from channels_inbox.models import InboundPayload, MessageDelivery
from tickets.models import TicketEvent

UNSENT = (MessageDelivery.State.QUEUED, MessageDelivery.State.SENDING, MessageDelivery.State.RETRY)
IN_TROUBLE = (MessageDelivery.State.IN_DOUBT, MessageDelivery.State.FAILED)


class Desk(Collector):
    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()  # so that registering it asks the database nothing

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            with connection.cursor():
                pass
            yield GaugeMetricFamily("helpdesk_database_up", "The database answers.", 1)
            yield from self._inbound()
            yield from self._outbox()
            yield from self._events()
        except DatabaseError:
            yield GaugeMetricFamily("helpdesk_database_up", "The database answers.", 0)

    def _inbound(self) -> Iterator[GaugeMetricFamily]:
        unfinished = InboundPayload.objects.filter(state__in=InboundPayload.UNFINISHED)
        held = InboundPayload.objects.held()
        yield _by_state(
            "helpdesk_inbound_messages", "Messages that came in and are not tickets yet.", unfinished, held
        )
        yield _age(
            "helpdesk_inbound_oldest_seconds", "Age of the oldest that waits.", unfinished, "received_at"
        )

    def _outbox(self) -> Iterator[GaugeMetricFamily]:
        unsent = MessageDelivery.objects.filter(state__in=UNSENT)
        trouble = MessageDelivery.objects.filter(state__in=IN_TROUBLE)
        yield _by_state(
            "helpdesk_outbox_messages", "Messages that have not left, or perhaps not.", unsent, trouble
        )
        overdue = unsent.filter(next_at__lte=now())
        yield _age(
            "helpdesk_outbox_overdue_seconds", "How long the oldest due one waits.", overdue, "next_at"
        )

    def _events(self) -> Iterator[GaugeMetricFamily]:
        waiting, parked = TicketEvent.objects.waiting(), TicketEvent.objects.parked()
        family = GaugeMetricFamily("helpdesk_events", "Events without their reactions.", labels=["state"])
        family.add_metric(["waiting"], waiting.count())
        family.add_metric(["parked"], parked.count())
        yield family
        yield _age("helpdesk_events_oldest_seconds", "Age of the oldest that waits.", waiting, "created_at")


def register() -> None:
    REGISTRY.register(Desk())


def _by_state(name: str, sentence: str, *groups: QuerySet) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, sentence, labels=["state"])
    for group in groups:
        for state, count in group.order_by().values_list("state").annotate(Count("pk")):
            family.add_metric([state], count)
    return family


def _age(name: str, sentence: str, rows: QuerySet, field: str) -> GaugeMetricFamily:
    oldest = rows.order_by().aggregate(oldest=Min(field))["oldest"]
    return GaugeMetricFamily(name, sentence, value=(now() - oldest).total_seconds() if oldest else 0)
