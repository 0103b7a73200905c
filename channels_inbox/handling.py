"""Messages on their way into tickets: screened, matched, stored, inside the transaction of their batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from channels_inbox import (
    early_reports,
    incoming,
    loop_caps,
    matching,
    receipts,
    screening,
    stand_ins,
    thread_keys,
    twins,
)
from channels_inbox.adapter import PayloadUnreadable
from channels_inbox.agent_mail import door as agents_door
from channels_inbox.agent_mail import forwards
from channels_inbox.claims import Settled
from channels_inbox.known import Known
from channels_inbox.messages import DeliveryReport, InboundMessage
from channels_inbox.models import InboundPayload
from channels_inbox.outcome import Outcome, Result
from channels_inbox.reading import Reading
from channels_inbox.registry import ADAPTERS
from tickets.models import Message, Ticket
from tickets.services import conversation

State = InboundPayload.State

NOTHING_SAID = "It says nothing that the desk could use."
NOT_OURS = "It reports that a mail was not delivered, but names none that this desk has sent."
NOT_OURS_EITHER = "It reports that a mail was delivered, but names none that this desk has sent."
STATES = {
    Result.TICKET_OPENED: State.DONE,
    Result.REPLY_ADDED: State.DONE,
    Result.DUPLICATE: State.DUPLICATE,
    Result.QUARANTINED: State.QUARANTINED,
    Result.IGNORED: State.IGNORED,
}


def handle(readings: Sequence[Reading], known: Known) -> list[tuple[Outcome, Settled]]:
    """Do what payloads say, in their order. Must stand in one transaction."""
    batch = _Batch(known)
    for reading in readings:
        batch.take(reading)
    batch.open_tickets()
    return [
        (batch.outcomes[each.payload.pk], _settled(each.payload, batch.outcomes[each.payload.pk]))
        for each in readings
    ]


@dataclass(frozen=True, slots=True)
class _Opening:
    """A message that opens a ticket, together with the others of its batch."""

    reading: Reading
    message: InboundMessage
    source_key: str
    incoming: conversation.Incoming


class _Batch:
    """Most mail opens tickets, and many tickets are opened in the statements of one. What is said about such
    a ticket in the same batch waits until it is there."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.outcomes: dict[int, Outcome] = {}  # by payload; for mail there is only one
        self._openings: list[_Opening] = []
        self._waited_for: set[str] = set()  # keys of what is to be opened

    def take(self, reading: Reading) -> None:
        _describe(reading)
        if isinstance(reading.says, PayloadUnreadable):
            self.outcomes[reading.payload.pk] = stand_ins.hold(reading, reading.says, self.known.messages)
            return
        self.outcomes[reading.payload.pk] = Outcome(Result.IGNORED, reason=NOTHING_SAID)
        if reports := [item for item in reading.says if isinstance(item, DeliveryReport)]:
            self.outcomes[reading.payload.pk] = _reported(reading.payload, reports)
        for index, item in enumerate(reading.says):
            if isinstance(item, DeliveryReport):
                continue
            if outcome := self._message(reading, index, item):
                self.outcomes[reading.payload.pk] = outcome

    def _message(self, reading: Reading, index: int, message: InboundMessage) -> Outcome | None:
        """None where the ticket is opened at the end of the batch."""
        known, inbox = self.known, reading.payload.inbox
        if by_agent := agents_door.take(reading, index, message, known.messages):
            return by_agent
        is_released = "released_by" in reading.payload.transport
        if reason := screening.why_ignored(message, known, is_released=is_released):
            return Outcome(Result.IGNORED, reason=reason)
        source_key = reading.source_key(index)
        if not self._waited_for.isdisjoint([source_key, *thread_keys.of(message)]):
            self.open_tickets()
        if twin := known.messages.get(source_key) or twins.twin_of(
            message, brand_id=inbox.brand_id, known=known
        ):
            return _duplicate(reading, twin)
        if reason := screening.why_held(message, inbox.settings, is_released=is_released):
            doubtful = PayloadUnreadable(reason, sender=message.sender, subject=message.subject)
            return stand_ins.hold(reading, doubtful, known.messages)
        sender = known.customer(message.sender)
        match = matching.find_ticket(message, inbox=inbox, sender=sender, known=known)
        said = incoming.of(message, match, source_key, reading, known)
        stand_in = reading.payload.ticket
        ticket = match.ticket or stand_ins.room_in(stand_in, sender)
        opening = _Opening(reading, message, source_key, said)
        if ticket is None and stand_in is None:
            self._openings.append(opening)
            self._waited_for.update([source_key, *thread_keys.of(message)])
            return None
        stored = conversation.receive_message(
            incoming=said, ticket=ticket, brand=inbox.brand, team=inbox.team
        )
        if said.attention:
            loop_caps.note_storm(stored, inbox)
        if stand_in:
            stand_ins.retire(stand_in, into=stored.ticket)
        self._remember(opening, stored)
        opened = ticket is None or _is_follow_up(stored.ticket, ticket)
        return Outcome(Result.TICKET_OPENED if opened else Result.REPLY_ADDED, stored.ticket, stored)

    def open_tickets(self) -> None:
        openings, self._openings = self._openings, []
        self._waited_for.clear()
        if not openings:
            return
        stored = conversation.open_tickets(
            [
                conversation.Opening(incoming=each.incoming, brand=inbox.brand, team=inbox.team)
                for each in openings
                for inbox in [each.reading.payload.inbox]
            ]
        )
        for opening, message in zip(openings, stored, strict=True):
            self._remember(opening, message)
            outcome = Outcome(Result.TICKET_OPENED, message.ticket, message)
            self.outcomes[opening.reading.payload.pk] = outcome

    def _remember(self, opening: _Opening, stored: Message) -> None:
        self.known.remember(
            stored,
            source_key=opening.source_key,
            threads=incoming.threads_of(opening.message, stored, opening.reading.payload, self.known),
            participants=[opening.incoming.author, *opening.incoming.participants],
        )
        if opening.message.forwarded_by:
            forwards.note(opening.message, stored)


def _describe(reading: Reading) -> None:
    """So that the payload can be recognised in a list, whatever becomes of it."""
    payload = reading.payload
    if reading.messages:
        first = reading.messages[0]
        payload.rfc_message_id, payload.sender = first.external_id, first.sender.handle
        payload.subject = first.subject
    elif isinstance(reading.says, PayloadUnreadable):
        payload.sender = reading.says.sender.handle if reading.says.sender else ""
        payload.subject = reading.says.subject


def _settled(payload: InboundPayload, outcome: Outcome) -> Settled:
    is_about = outcome.ticket.pk if outcome.ticket else None
    state = STATES.get(outcome.outcome) or (State.DONE if outcome.ticket else State.IGNORED)
    return Settled(
        payload=payload,
        state=state,
        reason=outcome.reason,
        ticket_id=is_about,
        message_id=outcome.message.pk if outcome.message else None,
        parser_version=ADAPTERS[payload.inbox.kind].parser_version,
    )


def _reported(payload: InboundPayload, reports: Sequence[DeliveryReport]) -> Outcome:
    """Several, where a provider tells of many mails in one call: the first that is about a ticket of ours counts."""
    for_good_first = sorted(reports, key=lambda report: report.may_pass)
    told = [(receipts.apply(report, payload.inbox), report) for report in for_good_first]
    ours = sorted(((row, report) for row, report in told if row), key=lambda each: each[0].ticket is None)
    if not ours:
        early_reports.wait_for_ours(reports, since=payload.received_at)
        failed = any(report.state == Message.Delivery.FAILED for report in reports)
        return Outcome(Result.BOUNCE, reason=NOT_OURS if failed else NOT_OURS_EITHER)
    row, report = ours[0]
    return Outcome(Result.BOUNCE, ticket=row.ticket, reason=report.note)


def _duplicate(reading: Reading, twin: Message) -> Outcome:
    inbox = reading.payload.inbox
    return Outcome(
        Result.DUPLICATE,
        twin.ticket,
        reason=f"The same message came before; it is in ticket #{twin.ticket.number}. This delivery came to {inbox}.",
    )


def _is_follow_up(ticket: Ticket, addressed: Ticket) -> bool:
    """A closed ticket was written to, and a new one was opened for it."""
    chain = {addressed.pk, addressed.merged_into_id}
    return ticket.pk not in chain and ticket.follow_up_of_id in chain
