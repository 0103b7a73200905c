"""The conversation so far, below an answer: only what every reader of the answer has had before.

Whoever joins a conversation by being put in copy is not shown what was written earlier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import chain
from typing import NamedTuple

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from foundation import desk, richtext
from tickets.models import Message

SO_MANY_MESSAGES = 5
SO_MANY_CHARACTERS = 20_000


class Quote(NamedTuple):
    text: str
    html: str


NOTHING = Quote("", "")


def so_far(message: Message, recipients: Mapping[str, Sequence[str]], language: str) -> Quote:
    """Earlier messages of the ticket, newest first."""
    readers = {person.lower() for people in recipients.values() for person in people}
    earlier = message.ticket.messages.public().filter(pk__lt=message.pk, automatic=False)
    quoted = []
    for each in earlier.order_by("-pk")[:SO_MANY_MESSAGES]:
        if not readers <= _had_by(each):
            break
        quoted.append(each)
    with translation.override(language or None), timezone.override(desk.settings().time_zone):
        pieces = [(_attribution(each), each.text[:SO_MANY_CHARACTERS]) for each in quoted]
    return Quote(
        "\n\n".join(f"{said}\n{_marked(text)}" for said, text in pieces),
        "".join(
            f'<p>{escape(said)}</p><blockquote type="cite">{richtext.from_text(text)}</blockquote>'
            for said, text in pieces
        ),
    )


def _had_by(message: Message) -> set[str]:
    """Also who had it without the others knowing: these addresses are compared and never written anywhere."""
    named = [message.author_address, *chain.from_iterable(message.recipients.values())]
    return {person.lower() for person in named}


def _attribution(message: Message) -> str:
    moment = date_format(timezone.localtime(message.created_at), "DATETIME_FORMAT")
    name = richtext.strip_controls(message.author_name or message.author_address)
    return _("On %(date)s, %(name)s wrote:") % {"date": moment, "name": name}


def _marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
