"""Take raw mail from standard input or files, by the same door as every other mail.

    receive_mail --inbox support@desk.example < mail
    receive_mail --inbox support@desk.example *.eml

Prints one line of JSON for each mail. A mail server may pipe its mail in: the exit code is 75 (try again) while
the desk cannot store it, and 67 where no inbox has that address.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, transaction

from channels_inbox import claims, intake
from channels_inbox.models import InboundPayload, Inbox
from channels_inbox.models.payload import Arrival
from channels_inbox.outcome import Outcome, Result
from tickets import dispatch

EX_NOUSER, EX_TEMPFAIL = 67, 75  # sysexits.h, which mail servers understand
PATIENCE = 60.0  # seconds, for a worker that was faster than we
ASKED_EVERY = 0.05


class Command(BaseCommand):
    help = "Take raw mail from standard input or files; prints one JSON line for each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--inbox", required=True, help="the address of the inbox that receives it")
        parser.add_argument("files", nargs="*", type=Path, help="standard input where none is given")

    def handle(self, *, inbox: str, files: Sequence[Path], **options: Any) -> None:
        try:
            receive = find_inbox(inbox)
            mails = (path.read_bytes() for path in files) if files else iter([sys.stdin.buffer.read()])
            for outcome in take_in(receive, mails):
                self.stdout.write(line_of(outcome))
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"The desk cannot store mail now: {error}", returncode=EX_TEMPFAIL) from error
        except OSError as error:
            raise CommandError(
                f"{error.filename or 'A file'}: {error.strerror}", returncode=EX_TEMPFAIL
            ) from error


def find_inbox(address: str) -> Inbox:
    wanted = address.strip().lower()
    found = Inbox.objects.filter(kind="email")
    inbox = found.filter(address=wanted).first() or found.filter(aliases__contains=[wanted]).first()
    if inbox is None:
        raise CommandError(f"No inbox has the address {address}.", returncode=EX_NOUSER)
    return inbox


def take_in(inbox: Inbox, mails: Iterable[bytes]) -> Iterator[Outcome]:
    """Store, process and dispatch, a batch at a time; what is yielded is final."""
    mails = iter(mails)
    while batch := list(islice(mails, 2 * claims.BATCH)):  # one is read while the other is stored
        with transaction.atomic():
            payloads = InboundPayload.objects.accept_all(inbox, [_arrival(raw) for raw in batch])
        outcomes = process([payload for payload in payloads if payload])
        dispatch.process_events()
        yield from outcomes


def _arrival(raw: bytes) -> Arrival:
    # A mail server that repeats a delivery is told apart by what the mail says, not by its way.
    return Arrival(dedup_key=f"pipe:{uuid.uuid4()}", raw=raw, transport={"by": "pipe"})


def process(payloads: Sequence[InboundPayload]) -> list[Outcome]:
    found: dict[int, Outcome] = {}
    claimed = claims.claim_these([payload.pk for payload in payloads])
    for payload, outcome in zip(claimed, intake.process_claimed(claimed), strict=True):
        if outcome:
            found[payload.pk] = outcome
    return [found.get(payload.pk) or wait_for(payload) for payload in payloads]


def wait_for(payload: InboundPayload) -> Outcome:
    """What another worker made of it; where it has to be tried again, that it is stored and waits."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        payload.refresh_from_db()
        if payload.state not in (InboundPayload.State.RECEIVED, InboundPayload.State.PROCESSING):
            break
        intake.process(payload)
        time.sleep(ASKED_EVERY)
    return finished(payload)


def finished(payload: InboundPayload) -> Outcome:
    states = {
        InboundPayload.State.IGNORED: Result.IGNORED,
        InboundPayload.State.DUPLICATE: Result.DUPLICATE,
        InboundPayload.State.DONE: Result.BOUNCE if payload.message_id is None else Result.REPLY_ADDED,
    }
    return Outcome(
        states.get(InboundPayload.State(payload.state), Result.QUARANTINED),
        payload.ticket,
        reason=payload.reason,
    )


def line_of(outcome: Outcome) -> str:
    number = outcome.ticket.number if outcome.ticket else None
    return json.dumps(
        {"outcome": outcome.outcome, "ticket": number, "reason": outcome.reason}, ensure_ascii=False
    )
