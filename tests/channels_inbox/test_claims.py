"""Leases: one worker at a time, by the database's clock, and nobody finishes what is no longer theirs."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from channels_inbox import claims
from channels_inbox.claims import Settled
from channels_inbox.models import InboundPayload
from tests.channels_inbox.mails import accept, make_mail
from tests.make import make_inbox

pytestmark = pytest.mark.django_db
State = InboundPayload.State


def run_out(*payloads: InboundPayload) -> None:
    """The lease of a worker that died ends."""
    InboundPayload.objects.filter(pk__in=[payload.pk for payload in payloads]).update(
        next_at=Now() - timedelta(seconds=1)
    )


def test_a_claim_takes_the_oldest_first_and_leaves_the_rest():
    inbox = make_inbox()
    first, second, third = (accept(inbox, make_mail()) for _ in range(3))

    assert [payload.pk for payload in claims.claim_new(2)] == [first.pk, second.pk]
    assert [payload.pk for payload in claims.claim_new(2)] == [third.pk]


def test_what_is_claimed_is_nobody_elses():
    payload = accept(make_inbox(), make_mail())
    claims.claim_new()

    assert claims.claim_new() == claims.claim_again() == claims.claim_these([payload.pk]) == []


def test_when_a_lease_has_run_out_the_payload_is_claimed_again_alone():
    inbox = make_inbox()
    died_over = [accept(inbox, make_mail()) for _ in range(3)]
    claims.claim_new()
    run_out(*died_over)

    assert claims.claim_new() == []
    assert [payload.pk for payload in claims.claim_again()] == [died_over[0].pk]


def test_who_lost_the_lease_cannot_settle():
    payload = accept(make_inbox(), make_mail())
    (slow,) = claims.claim_new()
    run_out(payload)
    (quick,) = claims.claim_again()

    with pytest.raises(claims.LeaseLost), transaction.atomic():
        claims.settle([Settled(payload=slow, state=State.DONE)])
    claims.settle([Settled(payload=quick, state=State.IGNORED, reason="quick")])

    payload.refresh_from_db()
    assert (payload.state, payload.reason, payload.lease) == ("ignored", "quick", None)


def test_nothing_is_settled_twice():
    accept(make_inbox(), make_mail())
    (claimed,) = claims.claim_new()
    claims.settle([Settled(payload=claimed, state=State.DONE)])

    with pytest.raises(claims.LeaseLost), transaction.atomic():
        claims.settle([Settled(payload=claimed, state=State.DONE)])


def test_a_failure_of_ours_is_tried_again_later_and_later():
    payload = accept(make_inbox(), make_mail())
    waits = []
    for _ in range(3):
        run_out(payload)
        (claimed,) = claims.claim_these([payload.pk])
        claims.put_off(claimed, "The disk is full.")
        payload.refresh_from_db()
        with connection.cursor() as cursor:
            cursor.execute("select extract(epoch from %s - statement_timestamp())", [payload.next_at])
            waits.append(float(cursor.fetchone()[0]))

    assert (payload.state, payload.reason) == ("retry", "The disk is full.")
    assert 8 < waits[0] < 13 < 25 < waits[1] < 37 < 100 < waits[2] < 145


def test_after_three_days_of_failures_a_person_decides():
    payload = accept(make_inbox(), make_mail())
    InboundPayload.objects.update(received_at=Now() - timedelta(days=4))
    (claimed,) = claims.claim_new()

    claims.put_off(claimed, "The disk is full.")

    payload.refresh_from_db()
    assert payload.state == "dead"
    assert payload in InboundPayload.objects.held()


def test_a_payload_over_which_workers_die_is_known_as_deadly():
    payload = accept(make_inbox(), make_mail())
    (claimed,) = claims.claim_new()
    for _ in range(claims.MOST_DEATHS):
        assert not claims.is_deadly(claimed)
        run_out(payload)
        (claimed,) = claims.claim_again()

    assert claims.is_deadly(claimed)


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_claim_each_payload_once():
    inbox = make_inbox()
    for _ in range(40):
        accept(inbox, make_mail())
    claimed: list[int] = []

    def work() -> None:
        while batch := claims.claim_new(3):
            claimed.extend(payload.pk for payload in batch)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(claimed) == len(set(claimed)) == 40
