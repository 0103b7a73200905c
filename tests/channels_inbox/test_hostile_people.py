"""Strangers with hostile names and words: inert in every page and in every mail that the desk writes itself."""

from __future__ import annotations

import base64
import re
from email import message_from_bytes, policy

import pytest
from django.test import Client

from channels_inbox import outgoing
from channels_inbox.email import compose
from channels_inbox.messages import OutboundMessage
from channels_inbox.models import InboundPayload, MessageDelivery
from tests.channels_inbox.mails import accept, make_mail, receive
from tests.make import make_agent, make_inbox
from tests.tickets.portal import customer_client
from tests.tickets.test_hostile_words import PAYLOADS, assert_inert
from tickets import dispatch
from tickets.models import Ticket
from tickets.services import replies

pytestmark = pytest.mark.django_db

NAMES = [
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "Elena\r\nBcc: everybody@evil.test",
    "Elena\u2028Subject: hello",
    "Elena \u202egnp.exe",
    "El\u200bena",
    "{{ request.user.password }}",
    "=?utf-8?q?=0D=0ABcc=3A_x=40evil=2Etest?=",
    "a" * 2000,
]
INVISIBLE = re.compile("[\u200b\u2028-\u202e\u2066-\u2069\x00-\x08]")


@pytest.fixture
def inbox(settings):
    return make_inbox()


@pytest.fixture
def admin():
    client = Client()
    client.force_login(make_agent(role="Admin"))
    return client


def raw_mail(*, name: str, words: str) -> bytes:
    """As a machine without manners writes it: the name stands in the header as it is, in encoded words."""
    packed = base64.b64encode(name.encode("utf-8", "replace")).decode()
    head = make_mail(words, sender="elena@example.org", subject="SUBJECT", html=f"<p>{words}</p>")
    head = head.replace(
        b"From: elena@example.org", f"From: =?utf-8?b?{packed}?= <elena@example.org>".encode()
    )
    subject = base64.b64encode(words.encode()).decode()
    return head.replace(b"Subject: SUBJECT", f"Subject: =?utf-8?b?{subject}?=".encode())


def letters_out() -> list[OutboundMessage]:
    """All that waits in the outbox, written as it would leave."""
    dispatch.process_events()
    return [outgoing.write(row) for row in MessageDelivery.objects.order_by("pk")]


def pages(ticket: Ticket) -> list[str]:
    number, customer = ticket.number, ticket.requester_id
    return [
        "/inbox/all/",
        f"/t/{number}/",
        f"/t/{number}/details/",
        f"/t/{number}/timeline/?all=1",
        f"/t/{number}/messages/{ticket.messages.first().pk}/original/",
        "/people/",
        f"/people/{customer}/",
        f"/people/{customer}/tickets/",
        "/settings/quarantine/",
        "/settings/quarantine/?show=all",
        "/settings/failures/",
        "/settings/audit/",
        "/settings/channels/",
    ]


@pytest.mark.parametrize("words", PAYLOADS)
def test_security16_what_a_stranger_writes_is_inert_on_every_page_and_in_every_mail(inbox, admin, words):
    ticket = receive(inbox, raw_mail(name=words, words=words)).ticket
    receive(inbox, f"Subject: {words}\r\n\r\n{words}".encode())  # nobody wrote it: held
    replies.post_reply(ticket=ticket, author=make_agent(name=words), html=f"<p>Answer</p>{words}")
    admin.post(f"/people/{ticket.requester_id}/notes/", {"notes": words})

    for page in pages(ticket):
        answer = admin.get(page)
        assert answer.status_code == 200, page
        assert_inert(answer.text)
    [held] = InboundPayload.objects.held()
    assert_inert(admin.get(f"/settings/quarantine/{held.pk}/").text)
    portal = customer_client(ticket.requester)
    for page in ("/requests/", f"/requests/{ticket.number}/"):
        assert_inert(portal.get(page).text)
    written = letters_out()
    assert {letter.automatic for letter in written} >= {False}
    for letter in written:
        assert_inert(letter.html)


@pytest.mark.parametrize("name", NAMES)
def test_security17_a_senders_name_is_a_name_and_nothing_else(inbox, admin, name):
    ticket = receive(inbox, raw_mail(name=name, words="Hello")).ticket
    replies.post_reply(ticket=ticket, author=make_agent(), html="<p>Answer</p>")

    message = ticket.messages.first()
    for shown in (message.author_name, ticket.requester.name):
        assert not INVISIBLE.search(shown)
        assert "\n" not in shown
        assert "\r" not in shown
        assert len(shown) <= 160
    for page in pages(ticket):
        assert_inert(admin.get(page).text)
    for letter in letters_out():
        mail = message_from_bytes(compose.compose(letter), policy=policy.default)
        assert len(mail.get_all("From")) == len(mail.get_all("To")) == len(mail.get_all("Subject")) == 1
        assert mail["Bcc"] is None
        assert [address.addr_spec for address in mail["To"].addresses] == ["elena@example.org"]
        assert_inert(letter.html)


def test_security17_an_agents_name_and_signature_are_inert_in_what_customers_get(inbox):
    ticket = receive(inbox, make_mail()).ticket
    agent = make_agent(
        name="Eve",
        alias="<img src=x onerror=alert(1)>",
        signature="<script>alert(1)</script>\n-- {{ secret }}",
    )
    replies.post_reply(ticket=ticket, author=agent, html="<p>Answer</p>")

    for letter in letters_out():
        assert_inert(letter.html)
    assert_inert(customer_client(ticket.requester).get(f"/requests/{ticket.number}/").text)


def test_a_mail_with_a_hostile_name_is_accepted_whatever_it_says(inbox):
    for name in NAMES:
        accept(inbox, raw_mail(name=name, words="Hello"))

    assert InboundPayload.objects.count() == len(NAMES)
