"""Mail into tickets by one worker: stored raw, read in the guarded child, threaded, reacted to, confirmed.

Run as `python -m bench.intake TICKETS`, with DATABASE_URL naming a desk of that size. What it makes is deleted at
the end, so that the next run finds the same desk.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")


from bench.rows import Row, write

MAILS, WARM_UP, ROUNDS, FETCHED_AT_ONCE = 1000, 100, 3, 25
LATER = 301  # so many mails lie between a mail and its answer
WORDS = [
    "invoice",
    "order",
    "delivery",
    "please",
    "charged",
    "twice",
    "refund",
    "account",
    "export",
    "login",
    "error",
    "screen",
    "thank",
    "you",
]

# What years of mail have left in the ledger, where the desk was made by SQL. Its keys are right as they are made:
# to have PostgreSQL check ten million of them would take longer than all the rest.
PAST = """
set local synchronous_commit = off;
set local session_replication_role = replica;
insert into channels_inbox_externalthread (ticket_id, inbox_id, message_id, key, created_at)
select m.ticket_id, %(inbox)s, m.id, 'past' || m.id || '@bench.test', m.created_at
from tickets_message m where m.direction = 'in' on conflict do nothing;
insert into channels_inbox_inboundpayload (inbox_id, dedup_key, sha256, size, transport, raw, state, finished_at,
    ticket_id, message_id, rfc_message_id, sender, subject)
select %(inbox)s, 'past:' || m.id, '\\x00', 9, '{}', 'raw bytes', 'done', m.created_at,
    m.ticket_id, m.id, 'past' || m.id || '@bench.test', m.author_address, ''
from tickets_message m where m.direction = 'in' on conflict do nothing;
set local session_replication_role = default;
analyze channels_inbox_externalthread; analyze channels_inbox_inboundpayload;
"""


def mails(count: int, round_: int, inbox: str) -> list[bytes]:
    """Text beside HTML mostly, every tenth with a file; every third is its writer's answer to an earlier one."""
    chance = random.Random(round_)
    made = []
    for number in range(count):
        mail = EmailMessage()
        is_answer = number >= LATER and number % 3 == 0
        person = number - LATER if is_answer else number
        mail["From"] = f"Person {person} <person{person}.{round_}@bench.test>"
        mail["To"], mail["Subject"] = inbox, f"About {' '.join(chance.choices(WORDS, k=4))}"
        mail["Date"] = "Tue, 03 Nov 2026 10:12:11 +0100"
        mail["Message-ID"] = f"<{round_}.{number}@bench.test>"
        mail["Received"] = "from mx.bench.test by desk.bench.test; Tue, 03 Nov 2026 10:12:12 +0100"
        if is_answer:
            mail["In-Reply-To"] = mail["References"] = f"<{round_}.{person}@bench.test>"
        text = "\n\n".join(" ".join(chance.choices(WORDS, k=40)) for _ in range(8))
        quoted = "".join(f"\n> {' '.join(chance.choices(WORDS, k=10))}" for _ in range(12))
        mail.set_content(f"{text}\n\nOn 2 Nov 2026, support wrote:{quoted}\n")
        if number % 3:
            paragraphs = "".join(f"<p style='margin:0'>{line}</p>" for line in text.split("\n\n"))
            mail.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html")
        if number % 10 == 0:
            mail.add_attachment(
                chance.randbytes(40_000), maintype="image", subtype="png", filename="shot.png"
            )
        made.append(mail.as_bytes())
    return made


@dataclass(slots=True)
class Cost:
    seconds: float = 0.0
    own: float = 0.0  # processor seconds: this process, the reading child, the database's backend
    child: float = 0.0
    backend: float = 0.0
    statements: int = 0


@contextmanager
def counted(cost: Cost) -> Iterator[None]:
    from django.db import connection

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        cost.statements += 1
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        backend = cursor.fetchone()[0]
    before = time.perf_counter(), time.process_time(), _children(), _busy(backend)
    with connection.execute_wrapper(count):
        yield
    cost.seconds += time.perf_counter() - before[0]
    cost.own += time.process_time() - before[1]
    cost.child += _children() - before[2]
    cost.backend += _busy(backend) - before[3]


def _busy(pid: int) -> float:
    """Processor seconds that a process has used (Linux: fields 14 and 15 of its stat, behind the name)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children() -> float:
    lists = Path("/proc/self/task").glob("*/children")
    return sum(_busy(int(pid)) for each in lists for pid in each.read_text().split())


def take_in(inbox: Any, raws: Sequence[bytes], name: str) -> None:
    """As fetcher and worker do it: stored in chunks, then everything that is due."""
    from django.db import transaction

    from channels_inbox import intake
    from channels_inbox.models import InboundPayload
    from channels_inbox.models.payload import Arrival
    from tickets import dispatch

    for start in range(0, len(raws), FETCHED_AT_ONCE):
        chunk = raws[start : start + FETCHED_AT_ONCE]
        arrivals = [Arrival(dedup_key=f"{name}:{start + n}", raw=raw) for n, raw in enumerate(chunk)]
        with transaction.atomic():
            InboundPayload.objects.accept_all(inbox, arrivals)
    intake.process_due()
    dispatch.process_events()


def main() -> None:
    import django

    django.setup()
    import logging

    from django.db import connection, transaction
    from django.db.models import Max

    from accounts.models import Brand
    from channels_inbox.models import InboundPayload, Inbox
    from tickets.models import Ticket

    logging.disable(logging.WARNING)
    tickets = int(sys.argv[1])
    brand = Brand.objects.order_by("-is_default", "pk")[0]
    with transaction.atomic(), connection.cursor() as cursor:
        inbox, is_new = Inbox.objects.get_or_create(
            kind="email", address="intake@bench.test", defaults={"name": "Intake", "brand": brand}
        )
        if is_new:
            for statement in PAST.split(";")[:-1]:
                cursor.execute(statement, {"inbox": inbox.pk} if "%(" in statement else None)
    last = Ticket.objects.aggregate(last=Max("pk"))["last"] or 0
    mark = f"{time.time():.0f}"
    take_in(inbox, mails(WARM_UP, 0, inbox.address), f"{mark}:warm")
    rounds = []
    for number in range(1, ROUNDS + 1):
        cost = Cost()
        raws = mails(MAILS, number, inbox.address)
        with counted(cost):
            take_in(inbox, raws, f"{mark}:{number}")
        rounds.append(cost)
    arrived = InboundPayload.objects.filter(dedup_key__startswith=mark)
    states = set(arrived.values_list("state", flat=True))
    assert states == {"done"}, states
    arrived.delete()
    Ticket.objects.filter(pk__gt=last).delete()
    write(report(rounds, tickets))


def report(rounds: Sequence[Cost], tickets: int) -> list[Row]:
    middle = sorted(rounds, key=lambda cost: cost.seconds)[len(rounds) // 2]
    values = {
        "intake_mails_per_s": (MAILS / middle.seconds, "mails/s"),
        "intake_cpu_ms_per_mail": ((middle.own + middle.child) / MAILS * 1000, "ms"),
        "intake_reading_cpu_ms_per_mail": (middle.child / MAILS * 1000, "ms"),
        "intake_database_cpu_ms_per_mail": (middle.backend / MAILS * 1000, "ms"),
        "intake_sql_per_mail": (middle.statements / MAILS, "statements"),
    }
    rows = [
        Row(
            name=name,
            value=round(value, 2),
            unit=unit,
            n=MAILS * ROUNDS,
            tickets=tickets,
            server="one worker",
        )
        for name, (value, unit) in values.items()
    ]
    for row in rows:
        print(f"{row.name:34} {row.value:>9} {row.unit}", flush=True)
    return rows


if __name__ == "__main__":
    main()
