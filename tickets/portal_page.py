"""How a request looks to the customer: who said what, and where it stands, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Customer
from foundation import richtext
from tickets.models import Attachment, Category, Message, Ticket

# The road of a request, as far as customers care; "waiting for you" is a stop that not every request makes.
ROAD = (Category.NEW, Category.OPEN, Category.SOLVED)
STOPS = {
    Category.NEW: Category.NEW,
    Category.OPEN: Category.OPEN,
    Category.ON_HOLD: Category.OPEN,
    Category.PENDING: Category.OPEN,
    Category.SOLVED: Category.SOLVED,
    Category.CLOSED: Category.SOLVED,
}


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the customer sees it."""

    message: Message
    customer: Customer

    @property
    def is_own(self) -> bool:
        return self.message.author_customer_id == self.customer.pk

    @property
    def author(self) -> str:
        """Agents by the name they use in public; others by the name they wrote under, never by address."""
        if self.is_own:
            return _("You")
        if self.message.author_agent:
            return self.message.author_agent.public_name
        if self.message.is_inbound:
            return self.message.author_name or _("Somebody else")
        return self.message.author_name or self.message.ticket.brand.name

    @property
    def face(self) -> str:
        """The name behind the initials."""
        return self.customer.display_name if self.is_own else self.author

    @property
    def html(self) -> SafeString:
        """What we wrote, as we wrote it. What came by mail is shown as its text."""
        if self.message.is_inbound or not self.message.html:
            return SafeString("")
        return richtext.shown(self.message.html)

    @property
    def files(self) -> list[Attachment]:
        """All but the pictures that stand in the text."""
        return [file for file in self.message.attachments.all() if not (self.html and file.is_inline)]


@dataclass(frozen=True, slots=True)
class Step:
    words: str
    is_done: bool
    is_now: bool


def steps_of(ticket: Ticket) -> list[Step]:
    """Received, in progress, solved: with the words of the ticket's own status at the place where it is."""
    words = {
        Category.NEW: _("Received"),
        Category.OPEN: _("In progress"),
        Category.SOLVED: _("Solved"),
    }
    here = ROAD.index(STOPS[Category(ticket.category)])
    # Labels are the desk's own data; the stock ones are translated.
    words[ROAD[here]] = _(ticket.status.customer_label)
    return [
        Step(words[stop], is_done=place < here or stop == ROAD[-1] == ROAD[here], is_now=place == here)
        for place, stop in enumerate(ROAD)
    ]
