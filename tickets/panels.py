"""Three sockets by which a wing adds to the ticket page without the trunk knowing it.

A box beside the ticket is loaded by the browser from the wing's own address. A verb on a message is a link
to one, and a mark in a message's head leads to one. Addresses take the ticket's number; a message's also its id. A
wing registers in its `panels` module, which its app imports when it is ready.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from foundation.page_addresses import page_address
from tickets.models import Message, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    url_name: str
    title: str | Promise
    position: int = 100

    def url(self, ticket: Ticket) -> str:
        return page_address(self.url_name, ticket.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageVerb:
    url_name: str
    text: str | Promise
    icon: str
    applies_to: Callable[[Message], bool]
    opens_dialog: bool = True  # otherwise a page of its own
    for_repliers: bool = False  # only for those who may answer the customer

    def url(self, message: Message) -> str:
        return page_address(self.url_name, message.ticket.number, message.pk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A few words in the head of a message that is out of the ordinary, and where more is said about it."""

    text: str | Promise
    url: str


BOXES: list[Box] = []
MESSAGE_VERBS: list[MessageVerb] = []
MARKERS: list[Callable[[Message], Sequence[Mark]]] = []


def register(url_name: str, *, title: str | Promise, position: int = 100) -> None:
    """Put a box beside every ticket; `url_name` is reversed with the ticket's number."""
    BOXES.append(Box(url_name=url_name, title=title, position=position))
    BOXES.sort(key=lambda box: (box.position, box.url_name))


def register_message_verb(
    url_name: str,
    *,
    text: str | Promise,
    icon: str,
    applies_to: Callable[[Message], bool] = lambda message: True,
    opens_dialog: bool = True,
    for_repliers: bool = False,
) -> None:
    """Put a verb on messages; `url_name` is reversed with the ticket's number and the message's id."""
    MESSAGE_VERBS.append(
        MessageVerb(
            url_name=url_name,
            text=text,
            icon=icon,
            applies_to=applies_to,
            opens_dialog=opens_dialog,
            for_repliers=for_repliers,
        )
    )


def register_marker(marks_of: Callable[[Message], Sequence[Mark]]) -> None:
    """Put marks on messages. It is asked for each message of a page, so it looks at nothing but the message itself."""
    MARKERS.append(marks_of)


def marks_for(message: Message) -> list[Mark]:
    return [mark for marks_of in MARKERS for mark in marks_of(message)]


def verbs_for(message: Message, *, may_reply: bool = True) -> list[tuple[MessageVerb, str]]:
    return [
        (verb, verb.url(message))
        for verb in MESSAGE_VERBS
        if verb.applies_to(message) and (may_reply or not verb.for_repliers)
    ]
