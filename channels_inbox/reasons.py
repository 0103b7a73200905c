"""Why a message stands where it stands, and what is odd about it: in plain sentences, for agents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from tickets.models import Message
from tickets.panels import Mark

# The first that holds is shown in the head of the message, with the way to all of it.
MARKS = (
    ("spoofed", gettext_lazy("Sender doubtful")),
    ("may_belong_to", gettext_lazy("May belong to another ticket")),
    ("not_joined", gettext_lazy("Somebody does not take part yet")),
)
# What a mail server says about SPF, DKIM and DMARC (RFC 8601).
CHECKS = ("spf", "dkim", "dmarc")
UNPROVEN_COPIES = gettext_noop(
    "These people stood in copy, but nothing proves who sent this. They get no answers until you add them."
)


def marks_of(message: Message) -> list[Mark]:
    for fact, words in MARKS:
        if message.facts.get(fact):
            url = reverse("channels_inbox:why", args=[message.ticket.number, message.pk])
            return [Mark(text=words, url=url)]
    return []


def sentences(message: Message) -> list[str]:
    """Each a sentence of its own, the most telling first. Words of the sender are in none but the last ones."""
    return list(_sentences(message.facts))


def _sentences(facts: dict[str, Any]) -> Iterator[str]:
    for fact in ("why", "held_because", "spoofed"):
        if facts.get(fact):
            yield _(facts[fact])
    if because := facts.get("automatic_because"):
        yield _("It counts as automatic: %(reason)s.") % {"reason": because}
    if facts.get("message_id_was_used_before"):
        yield _("Another message came under the same Message-ID with other words; both are kept.")
    if checks := facts.get("sender_checks"):
        found = " · ".join(f"{name.upper()} {checks.get(name) or 'none'}" for name in CHECKS)
        yield _("What your mail server found about the sender: %(found)s.") % {"found": found}
    if others := facts.get("reply_to"):
        yield _("It asks for answers to %(addresses)s.") % {"addresses": ", ".join(others)}
    if people := facts.get("not_joined"):
        yield f"{_(UNPROVEN_COPIES)} {', '.join(people)}"
