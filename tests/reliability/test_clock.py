"""The clock of one machine is wrong: leases, order and what is fetched go by the database's."""

from __future__ import annotations

import pytest
from django.db.models import F, Max
from django.db.models.functions import Now

from channels_inbox.models import InboundPayload, MessageDelivery
from tests.waiting import until
from tickets.models import TicketEvent

HOUR, YEAR = 3600.0, 365 * 86400.0


@pytest.mark.parametrize("wrong", [HOUR, -HOUR, YEAR])
def test_fault36_a_worker_whose_clock_is_wrong_loses_doubles_and_keeps_nothing(desk_under_test, start, wrong):
    desk_under_test.customers_write(8)

    start("fetch", clock=wrong)
    start("work", clock=wrong)
    until(lambda: InboundPayload.objects.count() == 8)
    start("work")
    until(lambda: desk_under_test.agent_answers(8))
    until(desk_under_test.is_idle)

    desk_under_test.check(kills=0)
    assert InboundPayload.objects.filter(attempts=1).count() == 8  # nobody took over what another one held
    assert not MessageDelivery.objects.filter(sent_at__gt=Now()).exists()
    assert not MessageDelivery.objects.filter(sent_at__lt=F("created_at")).exists()
    assert not TicketEvent.objects.filter(created_at__gt=Now()).exists()
    assert desk_under_test.inbox.positions.aggregate(Max("last_uid"))["last_uid__max"] == 8
