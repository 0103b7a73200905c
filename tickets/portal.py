"""A customer's own requests: which tickets they see, what of them, and what they may do there.

A customer sees the tickets they asked for, and of those the public messages; never notes, events, or who else
was written to. Whoever came by the link of an acknowledgement sees that one request, and what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError
from django.db.models import Q
from django.http import Http404
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomerSession
from foundation import limits
from foundation.errors import HelpdeskError
from tickets import files
from tickets.models import Attachment, Message, Ticket
from tickets.models.message import MessageQuerySet
from tickets.models.ticket import TicketQuerySet
from tickets.services import conversation

# So many replies of one customer in so many seconds.
REPLIES, WINDOW = 30, 3600
SHOWN_AT_MOST = 300
MERGES_AT_MOST = 10


class TooManyReplies(HelpdeskError):
    """More than a person writes."""

    def __init__(self) -> None:
        super().__init__(_("You have written a lot in the last hour. Please wait a little and send it then."))


class Elsewhere(Exception):
    """The request was merged into another one of the same customer."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def requests_of(session: CustomerSession) -> TicketQuerySet:
    """The requests this session opens."""
    mine: TicketQuerySet = Ticket.objects.of(session.customer).present()
    if session.ticket_number is None:
        return mine
    only = _where_it_went(session.ticket_number)
    return mine.filter(Q(number=only) | Q(follow_up_of__number=only))


def _where_it_went(number: int) -> int:
    """The request that this one was merged into in the end; itself where it was not."""
    for _hop in range(MERGES_AT_MOST):
        into = Ticket.objects.filter(number=number).values_list("merged_into__number", flat=True).first()
        if into is None:
            break
        number = into
    return number


def find_request(session: CustomerSession, number: int) -> Ticket:
    """The request with this number. Raises Http404, or Elsewhere where it was merged into another."""
    ticket = requests_of(session).select_related("status", "brand").filter(number=number).first()
    if ticket:
        return ticket
    if Ticket.objects.of(session.customer).filter(number=number).exists():
        end = _where_it_went(number)
        if end != number and requests_of(session).filter(number=end).exists():
            raise Elsewhere(end)
    raise Http404


def _readable(ticket: Ticket) -> MessageQuerySet:
    """Public, and not such as its writer may still take back."""
    public: MessageQuerySet = ticket.messages.public()
    return public.exclude(delivery=Message.Delivery.QUEUED, send_after__gt=now())


def messages_of(ticket: Ticket) -> list[Message]:
    """What the customer may read, oldest first."""
    found = _readable(ticket).select_related("author_agent").prefetch_related("attachments")
    return list(found.order_by("-pk")[:SHOWN_AT_MOST])[::-1]


def find_file(session: CustomerSession, token: str) -> Attachment:
    """A file of a message this session may read. Raises Http404."""
    file = Attachment.objects.filter(token=token).exclude(message=None).select_related("ticket").first()
    if file is None or not requests_of(session).filter(pk=file.ticket_id).exists():
        raise Http404
    if not _readable(file.ticket).filter(attachments=file).exists():
        raise Http404
    return file


def reply(
    *, session: CustomerSession, ticket: Ticket, text: str, new_files: Sequence[files.NewFile], key: str
) -> Message:
    """The customer writes. The same `key` gives the message that is there already. Raises TooManyReplies.

    To a closed request this opens a new one that follows it up.
    """
    customer = session.customer
    source_key = f"portal:{customer.pk}:{key}"
    if again := Message.objects.filter(source_key=source_key).select_related("ticket").first():
        return again
    if not limits.hit(f"portal.reply:{customer.pk}", limit=REPLIES, per=WINDOW).allowed:
        raise TooManyReplies
    incoming = conversation.Incoming(
        author=customer,
        channel="portal",
        source_key=source_key,
        text=text,
        subject=ticket.subject,
        author_name=customer.name,
        author_address=customer.email,
        files=new_files,
        facts={"signed_in": True},
    )
    try:
        return conversation.receive_message(incoming=incoming, ticket=ticket, brand=ticket.brand)
    except IntegrityError:  # the same form, sent twice at the same moment
        return Message.objects.select_related("ticket").get(source_key=source_key)
