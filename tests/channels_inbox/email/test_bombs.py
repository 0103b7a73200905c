"""Mails built to hurt: each ends as read or refused with a reason, within the guard's limits, and takes nobody with it.

Nothing here looks at a clock. The guard kills whatever takes more than 5 seconds of processor or 512 MB, and then
the end is "killed", which no bomb of the list may have.
"""

from __future__ import annotations

import pytest

from channels_inbox import intake
from channels_inbox.email import guard, guard_child
from channels_inbox.email.guard import ParseFailed
from channels_inbox.models import InboundPayload
from tests.channels_inbox.email.bombs import BOMBS
from tests.channels_inbox.email.bombs.build import MB, READ, REFUSED, Bomb
from tests.channels_inbox.mails import accept, make_mail
from tests.make import make_inbox
from tickets.models import Ticket


def end_of(raw: bytes) -> tuple[str, str]:
    try:
        guard.parse(raw)
    except ParseFailed as failure:
        return failure.kind, failure.reason
    return READ, ""


def test_the_limits_are_those_that_are_promised():
    assert (guard_child.CPU_SECONDS, guard_child.MEMORY_BYTES) == (5.0, 512 * MB)


def test_each_bomb_has_a_name_of_its_own():
    assert len({bomb.name for bomb in BOMBS}) == len(BOMBS)


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name.replace(" ", "-"))
def test_security85_a_bomb_ends_within_the_limits(bomb: Bomb):
    end, reason = end_of(bomb.build())

    assert end == bomb.ends, reason
    assert reason.endswith("." if end == REFUSED else "")


@pytest.mark.django_db
def test_security85_each_is_kept_and_the_good_mail_behind_it_goes_through():
    """All in one queue: what is refused is held for people with a ticket that stands in for it, nothing is lost."""
    inbox = make_inbox(acknowledge=False)
    bombs = [(bomb, raw) for bomb in BOMBS if len(raw := bomb.build()) < 2 * MB]
    for number, (_bomb, raw) in enumerate(bombs):
        accept(inbox, raw.replace(b"<first@customer.test>", b"<bomb%d@customer.test>" % number))
        accept(inbox, make_mail(f"Good {number}", subject=f"Good {number}", sender=f"p{number}@example.org"))

    intake.process_due()

    assert len(bombs) > 50
    assert Ticket.objects.filter(subject__startswith="Good ").count() == len(bombs)
    assert not InboundPayload.objects.filter(state__in=InboundPayload.UNFINISHED).exists()
    held = InboundPayload.objects.filter(state="quarantined")
    assert held.count() == sum(bomb.ends == REFUSED for bomb, _raw in bombs)
    assert all(payload.ticket and payload.reason for payload in held)
    strange = InboundPayload.objects.exclude(state__in=("done", "quarantined"))
    assert not strange.filter(reason="").exists()
