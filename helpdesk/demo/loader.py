"""Make the demo desk: once, all or nothing, and the same every time but for the hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.models import Agent
from channels_inbox import intake
from channels_inbox.models import InboundPayload, Inbox, MessageDelivery
from helpdesk.demo import company, samples
from helpdesk.demo.conversations import CONVERSATIONS
from helpdesk.demo.past import Past
from helpdesk.demo.people import COLLEAGUES
from helpdesk.demo.script import DAY, HOUR, Case, Conversation
from helpdesk.demo.stage import Stage
from helpdesk.demo_mail.store import demo_store
from tickets import dispatch, reading
from tickets.models import Ticket, TicketEvent

# A mail that could not be read: which sample, from whom, minutes ago.
UNREADABLE = (("nested", "newsletter@boxes.test", 3 * HOUR), ("nobody", "somebody@postbox.test", 2 * DAY))
# The agent of the demo has read what is older.
READ_UNTIL = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Made:
    tickets: int
    customers: int


def is_made() -> bool:
    return Agent.objects.filter(email=COLLEAGUES[0].email).exists()


@transaction.atomic
def make(at: datetime) -> Made:
    """Make the desk as it looks at this moment."""
    people = company.found(at)
    stage = Stage(people, Past(began=at), now=at - timedelta(seconds=1))
    for number, (conversation, case) in enumerate(_in_order()):
        stage.play(conversation, case, number)
    _hold_unreadable(people.mailboxes["Northwind"], stage)
    dispatch.process_events()
    TicketEvent.objects.update(processed_at=F("created_at"))
    # What agents would have been told by mail over the weeks is not mailed today.
    MessageDelivery.objects.filter(kind=MessageDelivery.Kind.NOTICE).delete()
    _read_what_is_old(people.agents["agent"], stage.now)
    for inbox in people.mailboxes.values():
        Inbox.objects.filter(pk=inbox.pk).update(
            created_at=at - company.KNOWN_SINCE, last_received_at=stage.now, last_sent_at=stage.now
        )
    transaction.on_commit(lambda: stage.post.empty_into(demo_store()))
    return Made(tickets=Ticket.objects.count(), customers=len(people.customers))


def _in_order() -> list[tuple[Conversation, Case]]:
    """Oldest first, so that ticket numbers rise with time."""
    cases = [(conversation, case) for conversation in CONVERSATIONS for case in conversation.cases]
    return sorted(cases, key=lambda pair: -pair[1].ago)


def _hold_unreadable(inbox: Inbox, stage: Stage) -> None:
    for name, sender, ago in UNREADABLE:
        moment = stage.now - timedelta(minutes=ago)
        raw = samples.SAMPLES[name].write(sender, inbox.address, moment)
        payload = InboundPayload.objects.accept(inbox, dedup_key=f"demo:{name}", raw=raw)
        outcome = intake.process(payload) if payload else None
        assert outcome is not None
        assert outcome.ticket is not None
        dispatch.process_events()
        stage.past.move(outcome.ticket, to=moment)


def _read_what_is_old(agent: Agent, now: datetime) -> None:
    for ticket in Ticket.objects.filter(updated_at__lt=now - READ_UNTIL):
        if newest := ticket.events.order_by("-pk").values_list("pk", flat=True).first():
            reading.mark_seen(ticket, agent, event=newest)
