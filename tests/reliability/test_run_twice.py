"""The beat runs twice, or rings three times at once: what is due happens once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings
from redis import Redis

from channels_inbox import tasks
from channels_inbox.models import InboundPayload, MessageDelivery
from helpdesk import rings
from helpdesk.beat import Scheduler
from helpdesk.celery import app
from tests.at_once import at_once
from tests.channels_inbox.mails import accept, make_mail
from tests.waiting import until
from tickets import dispatch
from tickets.models import Message, Ticket, TicketEvent

app.loader.import_default_modules()
COUNTED = (InboundPayload, MessageDelivery, Ticket, Message, TicketEvent)
OURS = [name for name in app.tasks if not name.startswith("celery.")]


def test_fault34_three_rings_at_once_do_everything_once(desk_under_test):
    def ring_for_everything() -> None:
        pk = desk_under_test.inbox.pk
        for task in (
            lambda: tasks.poll_inbox(pk),
            tasks.process_payloads,
            dispatch.process_events,
            tasks.send_due,
        ):
            at_once(task, task, task)

    desk_under_test.customers_write(20)
    ring_for_everything()
    desk_under_test.agent_answers(20)
    until(lambda: ring_for_everything() or desk_under_test.is_idle())

    desk_under_test.check(kills=0)
    assert MessageDelivery.objects.filter(kind="ack").count() == 20


@pytest.mark.parametrize("name", sorted(OURS))
@pytest.mark.django_db
def test_fault34_each_task_may_run_again_at_any_time(name, mailbox):
    accept(mailbox, make_mail())
    arguments = [mailbox.pk] if name == "channels_inbox.poll_inbox" else []

    before_and_after = []
    for _ in range(2):
        current_app.tasks[name](*arguments)
        before_and_after.append([model.objects.count() for model in COUNTED])

    assert before_and_after[0] == before_and_after[1]


def test_fault34_the_beat_rings_for_nothing_but_these():
    """A task that is not run twice here cannot be one of the beat's."""
    assert {slot["task"] for slot in app.conf.beat_schedule.values()} <= set(OURS)
    assert {name.partition(".")[0] for name in OURS} <= {"tickets", "channels_inbox", "accounts", "helpdesk"}


def test_fault35_a_beat_that_was_down_for_two_hours_rings_once_for_each(tmp_path):
    broker = Redis.from_url(settings.REDIS_URL)
    broker.delete(rings.QUEUE)
    scheduler = Scheduler(app=app, schedule_filename=str(tmp_path / "schedule"))
    for entry in scheduler.schedule.values():
        entry.last_run_at -= timedelta(hours=2)

    for _ in range(3 * len(scheduler.schedule)):
        scheduler.tick()

    rung = [json.loads(ring)["headers"]["task"] for ring in broker.lrange(rings.QUEUE, 0, -1)]
    ours = [task for task in rung if not task.startswith("celery.")]  # Celery has one at four in the morning
    assert sorted(ours) == sorted(entry["task"] for entry in app.conf.beat_schedule.values())
    broker.delete(rings.QUEUE)
    scheduler.close()


def test_fault35_a_late_ring_is_dropped_when_the_next_one_is_due():
    """A beat that was down for hours causes no burst."""
    for slot in app.conf.beat_schedule.values():
        assert slot["options"]["expires"] <= slot["schedule"]
