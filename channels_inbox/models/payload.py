"""The inbound ledger: every message that reached us, raw, with the state it is in."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from psycopg.types.json import Jsonb

from channels_inbox import raw_files
from channels_inbox.models.inbox import Inbox
from tickets.models import Message, Ticket

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One delivery as the transport hands it over."""

    dedup_key: str
    raw: bytes = field(repr=False)
    transport: Mapping[str, Any] = field(default_factory=dict)


class InboundPayloadQuerySet(models.QuerySet["InboundPayload"]):
    def accept(
        self, inbox: Inbox, *, dedup_key: str, raw: bytes, transport: Mapping[str, Any] | None = None
    ) -> InboundPayload | None:
        """Store what arrived. None when this very delivery was stored before.

        Only once the surrounding transaction is committed may the other side be told "accepted".
        """
        return self.accept_all(inbox, [Arrival(dedup_key=dedup_key, raw=raw, transport=transport or {})])[0]

    def accept_all(self, inbox: Inbox, arrivals: Sequence[Arrival]) -> list[InboundPayload | None]:
        """Store many deliveries in one statement; an entry is None where it was stored before."""
        if not arrivals:
            return []
        rows: dict[str, tuple[Any, ...]] = {}
        for arrival in arrivals:
            if arrival.dedup_key not in rows:
                rows[arrival.dedup_key] = _row(inbox, arrival)
        placeholders = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(rows))
        with connection.cursor() as cursor:
            cursor.execute(
                _ACCEPT.format(rows=placeholders), [value for row in rows.values() for value in row]
            )
            stored: dict[str, int] = {key: pk for pk, key in cursor.fetchall()}
        for key, row in rows.items():
            if row[-2] and key not in stored:
                raw_files.remove(row[-2])
        accepted = []
        for arrival in arrivals:
            pk = stored.pop(arrival.dedup_key, None)
            accepted.append(_payload(pk, inbox, arrival, rows[arrival.dedup_key]) if pk else None)
        return accepted

    def due(self) -> InboundPayloadQuerySet:
        return self.filter(state__in=InboundPayload.UNFINISHED, next_at__lte=Now())

    def held(self) -> InboundPayloadQuerySet:
        """A person has to decide."""
        return self.filter(state__in=InboundPayload.HELD)

    def for_list(self) -> InboundPayloadQuerySet:
        """What a page of many shows: everything but the raw bytes."""
        return self.select_related("inbox", "ticket").defer("raw")


class InboundPayload(models.Model):
    """Stored raw before anybody is told that it was accepted; all else can be repeated from here."""

    class State(models.TextChoices):
        RECEIVED = "received"
        PROCESSING = "processing"
        RETRY = "retry"  # something of ours failed; tried again with back-off
        DONE = "done"
        QUARANTINED = "quarantined"  # a person decides
        IGNORED = "ignored"  # nothing to do, with the reason
        DUPLICATE = "duplicate"  # the same message came by another way
        DEAD = "dead"  # given up after days; a person decides

    UNFINISHED = (State.RECEIVED, State.RETRY, State.PROCESSING)
    HELD = (State.QUARANTINED, State.DEAD)

    inbox = models.ForeignKey(Inbox, models.PROTECT, related_name="payloads")
    # What makes the transport's delivery unique: "imap:<folder>:<uidvalidity>:<uid>", a provider's
    # event id, a form's key.
    dedup_key = models.CharField(max_length=250)
    sha256 = models.BinaryField(max_length=32)  # of the raw bytes: shows a damaged file
    # As the sender gave it, without brackets; "" until it was read.
    rfc_message_id = models.CharField(max_length=300, blank=True, db_default="")
    size = models.PositiveBigIntegerField()
    raw = models.BinaryField(null=True)  # up to a megabyte; larger ones lie in a file
    raw_file = models.CharField(max_length=200, blank=True, db_default="")
    transport = models.JSONField(default=dict)  # how it came: envelope, folder, remote address
    # As far as they could be read, so that a held message can be recognised in a list.
    sender = models.CharField(max_length=254, blank=True, db_default="")
    subject = models.CharField(max_length=250, blank=True, db_default="")

    state = models.CharField(
        max_length=12, choices=State.choices, default=State.RECEIVED, db_default=State.RECEIVED
    )
    reason = models.TextField(blank=True, db_default="")  # a sentence for people
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # When it is due: at once, after a back-off, or when the lease of whoever works on it has run out.
    next_at = models.DateTimeField(db_default=Now())
    lease = models.UUIDField(null=True)
    parser_version = models.PositiveSmallIntegerField(default=0, db_default=0)
    received_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    # What became of it.
    ticket = models.ForeignKey(Ticket, models.SET_NULL, null=True, blank=True, related_name="payloads")
    message = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="payloads")

    objects = InboundPayloadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inbox", "dedup_key"], name="one_payload_per_delivery")
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                name="payload_due",
                condition=Q(state__in=["received", "retry", "processing"]),
            ),
            models.Index(fields=["-id"], name="payload_held", condition=Q(state__in=["quarantined", "dead"])),
            models.Index(
                fields=["rfc_message_id"], name="payload_message_id", condition=~Q(rfc_message_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dedup_key} ({self.state})"

    def read_raw(self) -> bytes:
        """The bytes as they came. Raises FileNotFoundError where a large one's file is gone."""
        return raw_files.read(self.raw_file) if self.raw_file else bytes(self.raw or b"")


_ACCEPT = """
    INSERT INTO channels_inbox_inboundpayload
        (inbox_id, dedup_key, sha256, size, transport, raw_file, raw)
    VALUES {rows}
    ON CONFLICT (inbox_id, dedup_key) DO NOTHING
    RETURNING id, dedup_key
"""


def _row(inbox: Inbox, arrival: Arrival) -> tuple[Any, ...]:
    raw_file = _file_of(arrival.raw)
    return (
        inbox.pk,
        arrival.dedup_key,
        sha256(arrival.raw).digest(),
        len(arrival.raw),
        Jsonb(dict(arrival.transport)),
        raw_file,
        None if raw_file else arrival.raw,
    )


def _file_of(raw: bytes) -> str:
    """Where a large message lies; "" where its row is to hold it, because it is small or the disk is full."""
    if len(raw) <= raw_files.INLINE_LIMIT:
        return ""
    try:
        return raw_files.store(raw)
    except OSError:
        logger.exception("A large message could not be stored as a file; the database keeps it.")
        return ""


def _payload(pk: int, inbox: Inbox, arrival: Arrival, row: tuple[Any, ...]) -> InboundPayload:
    return InboundPayload(
        pk=pk,
        inbox=inbox,
        dedup_key=arrival.dedup_key,
        sha256=row[2],
        size=row[3],
        transport=dict(arrival.transport),
        raw_file=row[5],
        raw=row[6],
    )
