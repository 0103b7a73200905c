"""Events reach the desk's reactions: in order, at least once, and without a broken one stopping the others."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from tests.make import make_agent, make_message, make_ticket
from tickets import dispatch, events
from tickets.dispatch import Stage
from tickets.models import EventDelivery, TicketEvent
from tickets.services import workflow


@pytest.fixture
def reactions(monkeypatch):
    """An empty desk: only the reactions that a test registers."""
    monkeypatch.setattr(dispatch, "REACTIONS", [])
    return dispatch.REACTIONS


def make_due():
    TicketEvent.objects.waiting().update(next_at=now())


@pytest.mark.django_db
def test_stages_run_in_their_order(reactions):
    seen = []
    dispatch.on(events.TICKET_OPENED, stage=Stage.WIRES)(lambda event: seen.append("wires"))
    dispatch.on(events.TICKET_OPENED, stage=Stage.CLOCKS)(lambda event: seen.append("clocks"))
    make_ticket()

    dispatch.process_events()

    assert seen == ["clocks", "wires"]


@pytest.mark.django_db
def test_an_event_that_went_well_leaves_no_delivery_behind(reactions):
    dispatch.on(dispatch.EVERY_KIND, stage=Stage.WIRES)(lambda event: None)
    make_ticket()

    assert dispatch.process_events() == 2

    assert not TicketEvent.objects.filter(processed_at=None).exists()
    assert not EventDelivery.objects.exists()


@pytest.mark.django_db
def test_a_quiet_batch_costs_few_statements(reactions, django_assert_max_num_queries):
    dispatch.on(dispatch.EVERY_KIND, stage=Stage.WIRES)(lambda event: None)
    for _n in range(10):
        make_ticket()

    with django_assert_max_num_queries(8):  # claim, read, mark, and the look that finds nothing more
        dispatch.process_events()


@pytest.mark.django_db
def test_a_broken_reaction_stops_nobody_else_and_is_tried_again_alone(reactions):
    calls = {"good": 0, "bad": 0}

    @dispatch.on(events.TICKET_OPENED, stage=Stage.CLOCKS)
    def bad(event):
        calls["bad"] += 1
        if calls["bad"] < 3:
            raise ValueError("out of order")

    @dispatch.on(events.TICKET_OPENED, stage=Stage.WIRES)
    def good(event):
        calls["good"] += 1

    ticket = make_ticket()
    dispatch.process_events()
    event = ticket.events.first()
    assert event.processed_at is None
    # Once in the batch that was rolled back, or not at all there; and once for good.
    good_calls = calls["good"]
    assert good_calls == 1
    assert (
        EventDelivery.objects.get(event=event, reaction__endswith="bad").error == "ValueError: out of order"
    )

    make_due()
    dispatch.process_events()

    event.refresh_from_db()
    assert event.processed_at is not None
    assert calls["good"] == good_calls


@pytest.mark.django_db
def test_later_events_of_a_ticket_wait_for_an_earlier_one(reactions):
    seen, broken = [], {"is": True}

    @dispatch.on(dispatch.EVERY_KIND, stage=Stage.WIRES)
    def follow(event):
        if event.kind == events.TICKET_OPENED and event.ticket.subject == "stuck" and broken["is"]:
            raise ValueError
        seen.append((event.ticket.subject, event.kind))

    make_ticket(subject="stuck")
    make_ticket(subject="fluent")
    dispatch.process_events()
    assert {subject for subject, _kind in seen} == {"fluent"}

    broken["is"] = False
    make_due()
    seen.clear()
    dispatch.process_events()

    assert seen == [("stuck", events.TICKET_OPENED), ("stuck", events.MESSAGE_RECEIVED)]


@pytest.mark.django_db
def test_an_event_is_parked_after_its_last_try_and_what_follows_goes_on(reactions):
    @dispatch.on(events.TICKET_OPENED, stage=Stage.WIRES)
    def hopeless(event):
        raise ValueError

    ticket = make_ticket()
    for _try in range(len(dispatch.BACKOFF) + 1):
        make_due()
        dispatch.process_events()

    opened, received = ticket.events.all()
    assert opened.parked_at is not None
    make_due()
    dispatch.process_events()
    received.refresh_from_db()
    assert received.processed_at is not None


@pytest.mark.django_db
def test_a_parked_event_may_be_tried_again(reactions):
    ticket = make_ticket()
    event = ticket.events.first()
    TicketEvent.objects.filter(pk=event.pk).update(parked_at=now(), attempts=7)

    dispatch.retry_parked(event)
    dispatch.process_events()

    event.refresh_from_db()
    assert event.processed_at is not None


@pytest.mark.django_db
def test_what_a_reaction_causes_is_handled_too_and_knows_its_cause(reactions):
    @dispatch.on(events.TICKET_OPENED, stage=Stage.RULES)
    def make_urgent(event):
        workflow.change_priority(ticket=event.ticket, priority=4, actor="rule", caused_by=event)

    ticket = make_ticket()
    dispatch.process_events()

    caused = ticket.events.get(kind=events.PRIORITY_CHANGED)
    assert caused.processed_at is not None
    assert (caused.caused_by, caused.depth) == (ticket.events.first(), 1)


@pytest.mark.django_db
def test_an_event_outside_a_transaction_is_a_mistake(monkeypatch):
    ticket = make_ticket()
    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)

    with pytest.raises(RuntimeError, match="transaction"):
        events.write(events.build(ticket, events.NOTE_ADDED))


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_share_the_work_and_keep_each_tickets_order(reactions):
    handled, lock = [], threading.Lock()

    @dispatch.on(dispatch.EVERY_KIND, stage=Stage.WIRES)
    def note(event):
        with lock:
            handled.append((event.ticket_id, event.pk))

    tickets = [make_ticket() for _n in range(20)]
    for ticket in tickets * 3:
        make_message(ticket)

    def work():
        try:
            dispatch.process_events()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    dispatch.process_events()

    assert len(handled) == len(set(handled)) == TicketEvent.objects.count()
    for ticket in tickets:
        own = [pk for ticket_id, pk in handled if ticket_id == ticket.pk]
        assert own == sorted(own)


@pytest.mark.django_db
def test_a_dead_broker_does_not_hinder_a_change(monkeypatch, django_capture_on_commit_callbacks):
    def refuse(*_args, **_options):
        raise ConnectionError("no broker")

    monkeypatch.setattr(events.current_app, "send_task", refuse)

    with django_capture_on_commit_callbacks(execute=True):
        workflow.change_status(ticket=make_ticket(), status="open", actor=make_agent())
