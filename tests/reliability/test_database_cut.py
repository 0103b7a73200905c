"""The database ends the connection at each named point, as when it restarts: all goes on, nothing is in doubt."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, InterfaceError, connection
from django.db.models.functions import Now

from channels_inbox.models import InboundPayload, MessageDelivery
from foundation import faults
from foundation.faults import FAULT_POINTS
from tests.reliability import children
from tests.waiting import until

POINTS = sorted(FAULT_POINTS - {"hook.after_commit", "oauth.renewed"})


@pytest.fixture(autouse=True)
def _short_leases(settings):
    settings.CLAIM_LEASE_SECONDS = 1


def back_off_has_passed() -> None:
    for model in (InboundPayload, MessageDelivery):
        model.objects.filter(state="retry").update(next_at=Now())


def work() -> None:
    """Each program as it does: it fails, and the next time it has a new connection."""
    for once in (children.fetch, children.work, back_off_has_passed):
        try:
            once()
        except (DatabaseError, InterfaceError):
            connection.close()


@pytest.mark.parametrize("point", POINTS)
def test_fault26_a_restart_there_loses_doubles_and_doubts_nothing(desk_under_test, point):
    desk_under_test.customers_write(3)

    with faults.armed(f"{point}=cut@1"):
        until(lambda: work() or desk_under_test.agent_answers(3))
        until(lambda: work() or desk_under_test.is_idle())
        assert faults.passes(point)

    desk_under_test.check(kills=0)
    assert not MessageDelivery.objects.filter(state="in_doubt").exists()
