"""Mail that kills whoever reads it stands in front of good mail: it is held for people, the good mail goes through."""

from __future__ import annotations

import os

import pytest

from channels_inbox import intake
from channels_inbox.email import guard, guard_process
from channels_inbox.models import InboundPayload
from tests.channels_inbox.mails import accept, make_mail
from tests.make import make_inbox
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
GOOD = int(os.environ.get("GOOD_MAILS", "120"))

# The reader of mail with a bug for each kind of poison, and less patience than usual.
READER_WITH_BUGS = """
import os, sys
sys.path.insert(0, sys.argv[1])
from channels_inbox.email import guard_child
real = guard_child.parse_email
guard_child.CPU_SECONDS = 0.3
def read(raw):
    if b"X-Poison: loop" in raw:
        while True: pass
    if b"X-Poison: memory" in raw:
        hog = [bytearray(64 * 2**20) for _ in range(100)]
    if b"X-Poison: recursion" in raw:
        read(raw)
    if b"X-Poison: crash" in raw:
        os.abort()
    return real(raw)
guard_child.parse_email = read
guard_child.main()
"""
KINDS = ("loop", "memory", "recursion", "crash")


@pytest.fixture(autouse=True)
def _reader_with_bugs(monkeypatch):
    guard.close()
    monkeypatch.setattr(guard_process, "_PROGRAM", READER_WITH_BUGS)
    yield
    guard.close()


def test_fault10_poison_is_held_and_the_good_mail_behind_it_goes_through():
    inbox = make_inbox(acknowledge=False)
    for kind in KINDS:
        accept(inbox, make_mail(subject=f"Poison {kind}", headers={"X-Poison": kind}))
    for n in range(GOOD):
        accept(inbox, make_mail(subject=f"Good {n}", sender=f"p{n}@example.org"))

    intake.process_due()

    held = InboundPayload.objects.filter(state="quarantined").order_by("pk")
    assert [payload.subject for payload in held] == [f"Poison {kind}" for kind in KINDS]
    assert all(payload.ticket and payload.reason for payload in held)
    assert {payload.ticket.requester.email for payload in held} == {"elena@example.org"}
    assert InboundPayload.objects.filter(state="done").count() == GOOD
    assert Ticket.objects.filter(subject__startswith="Good").count() == GOOD
