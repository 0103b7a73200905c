"""Every mail that the desk writes itself: when it leaves, its default words, and what may be filled into them.

The placeholders are the guard of what such a mail can tell. A mail that answers somebody unproven has none for
anything its sender wrote: no name, no subject, no word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import notices

ACKNOWLEDGEMENT = "acknowledgement"
REPLY = "reply"
STANDS_STILL = "inbox.stands_still"
INBOX_NEWS = "inbox.news"
TICKET_ASSIGNED = "ticket.assigned"
TICKET_ANSWERED = "ticket.answered"
ANSWER_HELD = "answer.held"


class Shape(StrEnum):
    LINE = "line"  # one line of text; the only one that may stand in a subject
    LINK = "link"  # an address
    BLOCK = "block"  # paragraphs of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    name: str
    about: str | Promise
    shape: Shape = Shape.LINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    key: str
    title: str | Promise
    when: str | Promise
    subject: str | Promise
    body: str | Promise
    placeholders: tuple[Placeholder, ...]
    needed: frozenset[str] = frozenset()  # without these in its body it would be of no use
    per_brand: bool = False
    per_inbox: bool = False

    @property
    def known(self) -> Mapping[str, Placeholder]:
        return {each.name: each for each in self.placeholders}


BRAND = Placeholder(name="brand", about=_("the name of the brand"))
DESK = Placeholder(name="desk", about=_("the name of this desk"))
NUMBER = Placeholder(name="number", about=_("the number of the request"))
PORTAL = Placeholder(name="portal", about=_("the address of the customers' pages"), shape=Shape.LINK)


def _link(about: str | Promise) -> Placeholder:
    return Placeholder(name="link", about=about, shape=Shape.LINK)


# Of what agents are told about their tickets. The line above which they answer, and how they do, the desk adds itself.
_OF_A_TICKET = (
    NUMBER,
    Placeholder(name="subject", about=_("the subject of the ticket")),
    Placeholder(name="customer", about=_("the name of the customer")),
    Placeholder(name="who", about=_("who did it: an agent or a rule")),
    Placeholder(name="message", about=_("what the customer wrote last; never a note"), shape=Shape.BLOCK),
    _link(_("the page of the ticket")),
    BRAND,
    DESK,
)

MAILS: Mapping[str, Mail] = {
    mail.key: mail
    for mail in (
        Mail(
            key=ACKNOWLEDGEMENT,
            title=_("Confirmation of a new request"),
            when=_("Goes to the customer when their request has arrived, where the inbox confirms requests."),
            subject=_("We have received your request [#{{ number }}]"),
            body=_(
                "Hello,\n\n{{ brand }} has received your request. Its number is **#{{ number }}**.\n\n"
                "A person will read it and answer you. To add something, just answer this mail.\n\n"
                "[Follow your request]({{ link }})\n\n{{ brand }}"
            ),
            placeholders=(BRAND, NUMBER, _link(_("the way to the request, without a password")), PORTAL),
            per_brand=True,
            per_inbox=True,
        ),
        Mail(
            key=REPLY,
            title=_("Frame around an agent's answer"),
            when=_("What stands above and below every answer an agent writes by mail."),
            subject="{{ subject }}",
            body="{{ reply }}\n\n{{ signature }}\n\n{{ history }}",
            placeholders=(
                Placeholder(name="reply", about=_("what the agent wrote"), shape=Shape.BLOCK),
                Placeholder(
                    name="signature",
                    about=_("the signature of the agent and of the inbox or brand"),
                    shape=Shape.BLOCK,
                ),
                Placeholder(
                    name="history",
                    about=_("the conversation so far, where the inbox sends it along"),
                    shape=Shape.BLOCK,
                ),
                Placeholder(name="subject", about=_("the subject of the request, with “Re:” before it")),
                Placeholder(name="customer", about=_("the name of the customer")),
                Placeholder(name="agent", about=_("the agent's name as customers see it")),
                BRAND,
                NUMBER,
                PORTAL,
            ),
            needed=frozenset({"reply"}),
            per_brand=True,
            per_inbox=True,
        ),
        Mail(
            key=notices.CUSTOMER_SIGN_IN,
            title=_("Link to a customer's requests"),
            when=_("Goes to a customer who asks for it on the page “My requests”."),
            subject=_("Your requests at {{ desk }}"),
            body=_(
                "This link opens your requests at {{ desk }}. It works once, for 15 minutes:\n\n"
                "[Open my requests]({{ link }})\n\nIf you did not ask for it, do nothing."
            ),
            placeholders=(DESK, BRAND, _link(_("the way in; it works once"))),
            needed=frozenset({"link"}),
            per_brand=True,
        ),
        Mail(
            key=notices.AGENT_PASSWORD,
            title=_("A new password for an agent"),
            when=_("Goes to an agent who has forgotten their password."),
            subject=_("A new password for {{ desk }}"),
            body=_(
                "Somebody asked for a new password for your account at {{ desk }}. If it was you, open this"
                " link within an hour:\n\n[Choose a new password]({{ link }})\n\n"
                "A new password ends every session you have and revokes your API tokens: programs that use them"
                " need new ones.\n\nIf it was not you, do nothing: your password stays as it is."
            ),
            placeholders=(DESK, _link(_("the way to a new password; it works once"))),
            needed=frozenset({"link"}),
        ),
        Mail(
            key=notices.PASSWORD_CHANGED,
            title=_("An agent's password was changed"),
            when=_("Goes to an agent whose password was changed, by whomever."),
            subject=_("Your password for {{ desk }} was changed"),
            body=_(
                "The password of your account at {{ desk }} was changed. Every other session has ended, and"
                " your API tokens no longer work: programs that use them need new ones.\n\n"
                "If it was not you, choose a new password now and tell an admin of the desk:\n\n{{ link }}"
            ),
            placeholders=(DESK, _link(_("the page on which one asks for a new password"))),
        ),
        Mail(
            key=TICKET_ASSIGNED,
            title=_("A ticket was given to an agent"),
            when=_(
                "Goes to an agent to whom somebody else or a rule gives a ticket. They can answer the mail."
            ),
            subject="[#{{ number }}] {{ subject }}",
            body=_(
                "{{ who }} gave you ticket **#{{ number }}**: {{ subject }}\n\n{{ customer }} wrote:\n\n"
                "{{ message }}\n\n[Open the ticket]({{ link }})"
            ),
            placeholders=_OF_A_TICKET,
            per_brand=True,
        ),
        Mail(
            key=TICKET_ANSWERED,
            title=_("A customer answered on an agent's ticket"),
            when=_("Goes to the agent who has the ticket. They can answer the mail."),
            subject="[#{{ number }}] {{ subject }}",
            body=_(
                "{{ customer }} wrote in your ticket **#{{ number }}**:\n\n{{ message }}\n\n"
                "[Open the ticket]({{ link }})"
            ),
            placeholders=_OF_A_TICKET,
            per_brand=True,
        ),
        Mail(
            key=ANSWER_HELD,
            title=_("An agent's answer by mail was held"),
            when=_("Goes to an agent whose answer to a mail of the desk was not posted."),
            subject=_("Your answer to #{{ number }} was not sent · {{ desk }}"),
            body=_(
                "Your answer to ticket **#{{ number }}** was not sent to anybody. It waits in the quarantine.\n\n"
                "{{ reason }}\n\n[Open the ticket]({{ link }})"
            ),
            placeholders=(
                NUMBER,
                Placeholder(name="reason", about=_("why it was held")),
                _link(_("the page of the ticket")),
                DESK,
            ),
        ),
        Mail(
            key=STANDS_STILL,
            title=_("An inbox stands still"),
            when=_("Goes to those who set up inboxes, once for each trouble."),
            subject=_("“{{ inbox }}” stands still · {{ desk }}"),
            body="{{ state }}.\n\n{{ details }}\n\n{{ link }}",
            placeholders=(
                Placeholder(name="inbox", about=_("the name of the inbox")),
                Placeholder(name="state", about=_("how it is doing, in a few words")),
                Placeholder(name="details", about=_("what the server said")),
                _link(_("the page of the inbox")),
                DESK,
            ),
        ),
        Mail(
            key=INBOX_NEWS,
            title=_("News of an inbox"),
            when=_(
                "Goes to those who set up inboxes: when one that stood still works again, or when its mail"
                " server has numbered all mail anew."
            ),
            subject=_("“{{ inbox }}”: {{ state }} · {{ desk }}"),
            body="{{ state }}.\n\n{{ details }}\n\n{{ link }}",
            placeholders=(
                Placeholder(name="inbox", about=_("the name of the inbox")),
                Placeholder(name="state", about=_("what has happened, in a few words")),
                Placeholder(name="details", about=_("what it means")),
                _link(_("the page of the inbox")),
                DESK,
            ),
        ),
    )
}
