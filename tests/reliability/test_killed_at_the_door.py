"""The process that took a provider's call is killed after the commit and before the 200: the provider comes again."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest
import requests

from channels_inbox import intake, ledger
from channels_inbox.models import InboundPayload
from tests.channels_inbox.mails import make_mail
from tests.mail_providers import SIMULATORS
from tests.make import make_inbox
from tests.reliability import children, door
from tickets.models import Message


@pytest.fixture
def open_door(transactional_db: None) -> Iterator[Callable]:
    opened = []

    def one(plan: str = ""):
        ours, theirs = children.context().Pipe()
        process = children.context().Process(target=door.serve, args=(plan, theirs), daemon=True)
        process.start()
        opened.append(process)
        return f"http://127.0.0.1:{ours.recv()}", process

    yield one
    for process in opened:
        process.kill()
        process.join()


@pytest.mark.parametrize("key", ["mailgun", "mailjet", "postmark", "sendgrid"])
def test_fault12_killed_between_commit_and_answer(open_door, key):
    address, victim = open_door("hook.after_commit=kill@1")
    provider = SIMULATORS[key](address, make_inbox(acknowledge=False))
    provider.set_up()
    call = provider.mail(make_mail("Nobody told me that you have this."))
    with pytest.raises(requests.ConnectionError):
        call.send()
    victim.join(60)
    assert victim.exitcode == -signal.SIGKILL
    assert InboundPayload.objects.count() == 1

    again, _process = open_door()
    assert call.but(url=call.url.replace(address, again)).send().status_code == 200
    intake.process_due()

    assert InboundPayload.objects.get().state == "done"
    assert Message.objects.count() == 1
    assert ledger.check().findings == []
