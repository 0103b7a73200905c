"""What the desk already knows about a batch of messages, asked in a handful of questions for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection

from accounts import customers
from accounts.models import Customer
from channels_inbox import aside_keys, thread_keys
from channels_inbox.agent_mail import door as agents_door
from channels_inbox.email import reply_address
from channels_inbox.messages import InboundMessage, Sender
from channels_inbox.models import ExternalThread, Inbox
from tickets.models import Message, Participant, Ticket

# More people than these take part in no conversation with a help desk.
CROWD = 25


@dataclass(slots=True)
class Known:
    own_addresses: set[str] = field(default_factory=set)
    customers: dict[str, Customer] = field(default_factory=dict)  # by address
    messages: dict[str, Message] = field(default_factory=dict)  # by source key
    tickets: dict[int, Ticket] = field(default_factory=dict)  # by number
    # By thread key, newest ticket first.
    threads: dict[str, list[ExternalThread]] = field(default_factory=lambda: defaultdict(list))
    # Who takes part in a ticket besides its requester: (ticket, customer).
    participants: set[tuple[int, int]] = field(default_factory=set)
    # What was forwarded to somebody outside, by primary key.
    asides: dict[int, Message] = field(default_factory=dict)
    # Keys of this batch, to be stored at its end.
    new_threads: list[ExternalThread] = field(default_factory=list)

    def may_write(self, person: Customer, ticket: Ticket) -> bool:
        return person.pk == ticket.requester_id or (ticket.pk, person.pk) in self.participants

    def customer(self, sender: Sender) -> Customer:
        return self.customers[customers.normalise(customers.EMAIL, sender.handle)]

    def forwarded(self, message: InboundMessage) -> Message | None:
        """What this answers, where that was forwarded to somebody outside."""
        return next((self.asides[pk] for pk in aside_keys.named_by(message) if pk in self.asides), None)

    def is_ours(self, address: str) -> bool:
        return reply_address.without_tag(address) in self.own_addresses

    def remember(
        self,
        message: Message,
        *,
        source_key: str,
        threads: Iterable[ExternalThread],
        participants: Iterable[Customer],
    ) -> None:
        """A message of this batch is stored: the next ones may be about it."""
        ticket = message.ticket
        self.messages[source_key] = message
        self.tickets[ticket.number] = ticket
        for thread in threads:
            self.threads[thread.key].insert(0, thread)
            self.new_threads.append(thread)
        if not message.is_held and not message.is_aside:
            self.participants |= {(ticket.pk, person.pk) for person in participants}

    def store_threads(self) -> None:
        ExternalThread.objects.bulk_create(self.new_threads, ignore_conflicts=True)


def about(messages: Sequence[InboundMessage], source_keys: Sequence[str]) -> Known:
    """Look up all that deciding about these messages takes. New senders become customers."""
    known = Known(own_addresses=own_addresses())
    keys = {key for message in messages for key in thread_keys.of(message)}
    _wait_for_relatives(keys)
    strangers = [
        message
        for message in messages
        if not known.is_ours(message.sender.handle) and not agents_door.is_for(message)
    ]
    _look_up_people(known, strangers)
    _look_up_messages(known, source_keys)
    _look_up_tickets(known, messages, keys)
    _look_up_asides(known, messages)
    return known


def own_addresses() -> set[str]:
    """Everything this desk receives mail at, over all brands."""
    rows = Inbox.objects.values_list("address", "aliases")
    return {address.lower() for main, aliases in rows for address in (main, *aliases)}


def own_among(addresses: Sequence[str]) -> set[str]:
    """Which of these addresses are the desk's own, with or without a tag, in small letters."""
    own = own_addresses()
    return {address.lower() for address in addresses if reply_address.without_tag(address) in own}


def _wait_for_relatives(keys: set[str]) -> None:
    """Let nobody else work on messages of the same threads until we are done.

    Else a question and its follow-up, read by two workers at once, would open two tickets.
    """
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(key) FROM "
                "(SELECT DISTINCT hashtextextended(name, 7) AS key FROM unnest(%s::text[]) AS name ORDER BY 1) AS keys",
                [sorted(keys)],
            )


def _look_up_people(known: Known, messages: Sequence[InboundMessage]) -> None:
    people = [person for message in messages for person in (message.sender, *others(message, known))]
    wanted = sorted({(person.handle, person.name) for person in people})
    for (handle, _name), customer in zip(wanted, customers.identify_all(wanted), strict=True):
        known.customers[customers.normalise(customers.EMAIL, handle)] = customer
    customers.note_reachable([message.sender.handle for message in messages])


def others(message: InboundMessage, known: Known) -> list[Sender]:
    """People it was also written to: not the sender, not ourselves, and nobody of a crowd."""
    people = {
        person.handle.lower(): person
        for person in (*message.to, *message.cc)
        if "@" in person.handle and not known.is_ours(person.handle)
    }
    people.pop(message.sender.handle.lower(), None)
    return list(people.values()) if len(people) <= CROWD else []


def _look_up_messages(known: Known, source_keys: Sequence[str]) -> None:
    found = Message.objects.filter(source_key__in=source_keys).select_related("ticket")
    known.messages = {message.source_key or "": message for message in found}


def _look_up_asides(known: Known, messages: Sequence[InboundMessage]) -> None:
    if named := {pk for message in messages for pk in aside_keys.named_by(message)}:
        found = Message.objects.filter(pk__in=named, visibility=Message.Visibility.OUTSIDE)
        known.asides = {message.pk: message for message in found.select_related("ticket")}


def _look_up_tickets(known: Known, messages: Sequence[InboundMessage], keys: set[str]) -> None:
    rows = ExternalThread.objects.filter(key__in=keys).select_related("ticket").order_by("-ticket_id")
    for thread in rows:
        known.threads[thread.key].append(thread)
        known.tickets[thread.ticket.number] = thread.ticket
    numbers = {number for message in messages for number in thread_keys.numbers_in(message)}
    if unknown := numbers - known.tickets.keys():
        known.tickets |= {ticket.number: ticket for ticket in Ticket.objects.filter(number__in=unknown)}
    if known.tickets:
        pks = [ticket.pk for ticket in known.tickets.values()]
        active = Participant.objects.filter(ticket__in=pks, removed_at=None)
        known.participants = set(active.values_list("ticket_id", "customer_id"))
