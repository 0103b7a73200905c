from tickets.models.draft import Draft
from tickets.models.event import EventDelivery, TicketEvent
from tickets.models.message import Attachment, Message
from tickets.models.people import Participant, TicketSeen
from tickets.models.status import ACTIVE, UNSOLVED, Category, Status
from tickets.models.ticket import Priority, Tag, Ticket

__all__ = [
    "ACTIVE",
    "UNSOLVED",
    "Attachment",
    "Category",
    "Draft",
    "EventDelivery",
    "Message",
    "Participant",
    "Priority",
    "Status",
    "Tag",
    "Ticket",
    "TicketEvent",
    "TicketSeen",
]
