"""Agents hear of their tickets by mail: who, of what, and never a note."""

from __future__ import annotations

import pytest

from accounts import agents
from channels_inbox.email import agent_address
from channels_inbox.models import MessageDelivery
from tests.channels_inbox.agent_mail.conftest import ADA, CUSTOMER
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_team
from tickets.services import replies, workflow

pytestmark = pytest.mark.django_db
CANARY = "canary-in-a-note-4711"


def plain(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def test_whoever_is_given_a_ticket_by_a_colleague_is_told(ticket, deliver):
    grace = make_agent(name="Grace Hopper", email="grace@elsewhere.test")

    workflow.assign(ticket=ticket, assignee=grace, actor=make_agent(name="Alan"))

    (mail,) = deliver("grace@elsewhere.test")
    assert mail["Subject"] == f"[#{ticket.number}] {ticket.subject}"
    assert plain(mail).startswith("##- Write your answer above this line -##")
    assert f"Alan gave you ticket #{ticket.number}" in plain(mail)
    assert "| My card was charged twice." in plain(mail)
    assert "begin it with #note" in plain(mail)
    bound = agent_address.read(mail["Reply-To"].addresses[0].addr_spec)
    assert bound == (grace.pk, ticket.number)
    assert (mail["Auto-Submitted"], mail["In-Reply-To"]) == ("auto-generated", None)


def test_who_takes_a_ticket_is_not_told(ticket, deliver):
    grace = make_agent(email="grace@elsewhere.test")

    workflow.assign(ticket=ticket, assignee=grace, actor=grace)

    assert deliver("grace@elsewhere.test") == []


def test_the_customers_answer_reaches_whoever_has_the_ticket(told, ticket):
    assert f"Elena wrote in your ticket #{ticket.number}" in plain(told)
    assert "| Any news?" in plain(told)
    assert told.get_body(("html",)) is not None


def test_all_mails_about_a_ticket_are_one_conversation(told, ticket, inbox, deliver):
    receive(inbox, make_mail("Hello?", sender=CUSTOMER, subject=f"[#{ticket.number}]"))

    first, second = deliver(ADA)

    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize("switch", ["mail_when_assigned", "mail_when_answered"])
def test_each_mail_can_be_switched_off(ticket, ada, inbox, deliver, switch):
    agents.change(ada, actor=ada.as_actor, **{switch: False})
    workflow.assign(ticket=ticket, assignee=None, actor=ada)
    workflow.assign(ticket=ticket, assignee=ada, actor=make_agent())
    receive(inbox, make_mail("Any news?", sender=CUSTOMER, subject=f"[#{ticket.number}]"))

    (mail,) = deliver(ADA)

    assert ("gave you" in plain(mail)) == (switch == "mail_when_answered")


def test_machines_and_held_messages_are_no_news(ticket, inbox, deliver):
    number = f"[#{ticket.number}]"
    receive(
        inbox,
        make_mail("I am away.", sender=CUSTOMER, subject=number, headers={"Auto-Submitted": "auto-replied"}),
    )
    receive(inbox, make_mail("Let me in.", sender="mallory@evil.test", subject=number))

    assert deliver(ADA) == []


def test_who_may_no_longer_see_the_ticket_when_the_mail_leaves_is_not_told(ticket, inbox, deliver):
    mate = make_agent(email="mate@elsewhere.test", role="Team agent", team="Billing")
    workflow.move_to_team(ticket=ticket, team=make_team("Billing"), actor=None)
    workflow.assign(ticket=ticket, assignee=mate, actor=None)
    from tickets import dispatch

    dispatch.process_events()
    workflow.assign(ticket=ticket, assignee=None, actor=None)
    workflow.move_to_team(ticket=ticket, team=None, actor=None)

    assert deliver("mate@elsewhere.test") == []
    row = MessageDelivery.objects.get(recipients={"to": ["mate@elsewhere.test"]})
    assert (row.state, row.provider_reply) == (
        "cancelled",
        "The agent may not see this ticket any more, or does not want to be told.",
    )


def test_a_note_stands_in_no_mail_to_an_agent(ticket, ada, inbox, deliver):
    replies.add_note(ticket=ticket, author=ada, html=f"<p>{CANARY}</p>")
    workflow.assign(ticket=ticket, assignee=make_agent(email="grace@elsewhere.test"), actor=ada)

    (mail,) = deliver("grace@elsewhere.test")

    assert CANARY not in mail.as_string()


def test_what_a_customer_writes_is_text_in_it(ticket, inbox, deliver):
    receive(
        inbox,
        make_mail("<img src=x onerror=alert(1)> {{ link }}", sender=CUSTOMER, subject=f"[#{ticket.number}]"),
    )

    (mail,) = deliver(ADA)

    assert "<img" not in mail.get_body(("html",)).get_content()
    assert "{{ link }}" in plain(mail)
