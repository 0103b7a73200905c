"""Told to stop in the middle of its work, a worker finishes what it holds and leaves nothing held."""

from __future__ import annotations

import signal

from channels_inbox import doorbell, ledger
from channels_inbox.models import InboundPayload, MessageDelivery
from tests.channels_inbox.mails import accept, make_mail
from tests.waiting import until
from tickets.models import Message, TicketEvent

MAILS = 20


def test_fault38_a_worker_that_is_told_to_stop_holds_nothing(desk_under_test, start_worker):
    inbox = desk_under_test.inbox
    for n in range(MAILS):
        accept(inbox, make_mail(f"Mail {n}", sender=f"p{n}@elsewhere.test", to=inbox.address))

    worker = start_worker("prefork")
    until(lambda: ring() or Message.objects.filter(direction="in").exists(), unless=worker.poll)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait() == 0
    assert not InboundPayload.objects.filter(state="processing").exists()
    assert not MessageDelivery.objects.filter(state="sending").exists()
    assert not MessageDelivery.objects.exclude(lease=None).filter(state__in=("queued", "retry")).exists()

    start_worker("prefork")
    until(lambda: ring() or is_done())
    assert ledger.check().findings == []
    assert InboundPayload.objects.filter(state="done", attempts=1).count() == MAILS


def ring() -> None:
    for task in (doorbell.PROCESS_PAYLOADS, doorbell.SEND_DUE, "tickets.process_events"):
        doorbell.ring(task)


def is_done() -> bool:
    waiting = MessageDelivery.objects.filter(state__in=("queued", "retry", "sending"))
    return (
        InboundPayload.objects.filter(state="done").count() == MAILS
        and not TicketEvent.objects.waiting().exists()
        and not waiting.exists()
    )
