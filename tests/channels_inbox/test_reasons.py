"""Why a message stands where it stands, as agents read it."""

from __future__ import annotations

import pytest

from channels_inbox.email import reply_address
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_inbox, make_team
from tests.tickets.test_hostile_words import PAYLOADS, assert_inert
from tickets.models import Message

pytestmark = pytest.mark.django_db
STRANGER = "Mallory <mallory@evil.test>"


@pytest.fixture
def inbox():
    return make_inbox(settings={"authserv_id": "mx.desk.test"})


@pytest.fixture
def ticket(inbox):
    return receive(inbox, make_mail(message_id="question@example.org")).ticket


def why(client, message: Message, *, htmx: bool = True):
    headers = {"HX-Request": "true"} if htmx else {}
    return client.get(f"/t/{message.ticket.number}/messages/{message.pk}/why/", headers=headers)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "It answers nothing that this desk knows."),
        (
            {"in_reply_to": "question@example.org"},
            "It belongs to a mail conversation that is in this ticket.",
        ),
        ({"subject": "[#{number}]"}, "Its subject names this ticket, and the sender takes part in it."),
        ({"to": "{signed}"}, "It was sent to the signed reply address of this ticket."),
        ({"to": "{signed}", "sender": STRANGER}, "The sender does not take part in this ticket."),
        ({"headers": {"Auto-Submitted": "auto-replied"}}, "its header says Auto-Submitted: auto-replied"),
        (
            {"headers": {"Authentication-Results": "mx.desk.test; spf=pass; dkim=fail; dmarc=none"}},
            "SPF pass · DKIM fail · DMARC none",
        ),
        ({"headers": {"Reply-To": "other@example.org"}}, "It asks for answers to other@example.org."),
    ],
    ids=lambda value: str(value)[:40],
)
def test_each_way_is_told_in_plain_words(client, inbox, ticket, fields, sentence):
    client.force_login(make_agent())
    signed = reply_address.sign("support@desk.test", ticket.number)
    written = {
        name: value.format(number=ticket.number, signed=signed) if isinstance(value, str) else value
        for name, value in fields.items()
    }
    message = receive(inbox, make_mail(**written)).message

    assert sentence in why(client, message).text
    assert (
        f"/t/{message.ticket.number}/messages/{message.pk}/why/"
        in client.get(f"/t/{message.ticket.number}/").text
    )


def test_the_ticket_it_may_belong_to_is_a_link_for_those_who_see_it(client, inbox, ticket):
    inbox.team = make_team("Billing")
    inbox.save()
    stranger = receive(inbox, make_mail(sender=STRANGER, in_reply_to="question@example.org")).message
    link = f'href="/t/{ticket.number}/"'

    client.force_login(make_agent())
    assert "May belong to another ticket" in client.get(f"/t/{stranger.ticket.number}/").text
    assert link in why(client, stranger).text

    client.force_login(make_agent(role="Team agent", team="Billing"))
    assert why(client, stranger).status_code == 200
    assert link not in why(client, stranger).text
    assert f"#{ticket.number} " not in why(client, stranger).text


def test_without_javascript_it_is_a_page(client, inbox, ticket):
    client.force_login(make_agent())

    page = why(client, ticket.messages.get(), htmx=False).text

    assert "<html" in page
    assert "It answers nothing that this desk knows." in page


def test_who_does_not_see_the_ticket_learns_nothing(client, inbox, ticket):
    client.force_login(make_agent(role="Team agent", team="Support"))

    assert why(client, ticket.messages.get()).status_code == 404


@pytest.mark.parametrize("words", PAYLOADS)
def test_security16_what_the_sender_wrote_is_inert_there(client, inbox, words):
    client.force_login(make_agent())
    message = receive(inbox, make_mail()).message
    message.facts = {**message.facts, "reply_to": [words], "not_joined": [words], "automatic_because": words}
    message.save()

    assert_inert(why(client, message).text)


def test_it_speaks_the_agents_language(client, inbox, ticket):
    client.force_login(make_agent(language="de"))

    page = client.get(
        f"/t/{ticket.number}/messages/{ticket.messages.get().pk}/why/", headers={"Accept-Language": "de"}
    ).text

    assert "It answers nothing" not in page
