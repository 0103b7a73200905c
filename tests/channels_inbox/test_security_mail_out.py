"""Rows 8, 50 and 81: mail that leaves is asked for by somebody, reports to nobody, and has the headers we gave it."""

from __future__ import annotations

import json
import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.urls import get_resolver

from accounts import api_tokens
from accounts.api.scopes import Scope
from channels_inbox import outgoing
from channels_inbox.email import compose
from channels_inbox.form.submission import Submission
from channels_inbox.models import MessageDelivery
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_brand, make_customer, make_inbox, make_message, make_ticket
from tickets import dispatch
from tickets.services import replies, workflow

pytestmark = pytest.mark.django_db
BREAKS = ["\r", "\n", "\r\n", "\r\n ", "\u2028", "\u0085", "\x0b", "\x1e"]
VICTIM = "victim@elsewhere.test"


def mails() -> list[EmailMessage]:
    """All that waits in the outbox, as the bytes that would leave."""
    dispatch.process_events()
    raws = [compose.compose(outgoing.write(row)) for row in MessageDelivery.objects.order_by("pk")]
    return [message_from_bytes(raw, policy=policy.default) for raw in raws]


# ---- 8: nobody has the desk write to strangers


@pytest.mark.parametrize("trap", ["", "filled in"])
def test_security8_a_form_filled_in_by_a_machine_writes_to_nobody(trap):
    make_inbox()
    form = make_inbox(address="ask", kind="form")
    sent = Submission(
        key="k" * 16, email=VICTIM, name="", subject="Buy", text="Now", language="en", filled_trap=trap
    )

    receive(form, sent.pack())
    dispatch.process_events()

    # A person who fills it in is told, once an hour, without a word of theirs; a machine tells nobody.
    assert MessageDelivery.objects.count() == (0 if trap else 1)


def test_security8_a_form_without_the_stamp_of_its_page_sends_nothing(client):
    make_inbox()
    make_inbox(address="ask", kind="form")

    answer = client.post(
        "/requests/new/", {"subject": "Buy", "text": "Now", "email": VICTIM, "key": "k" * 16}
    )
    dispatch.process_events()

    assert answer.status_code == 422
    assert MessageDelivery.objects.count() == 0


def test_security8_what_a_program_or_an_agent_opens_is_not_confirmed(client):
    make_inbox()
    _token, plain = api_tokens.issue(agent=make_agent(), name="test", scopes=tuple(Scope.values))

    answer = client.post(
        "/api/v1/tickets/",
        json.dumps({"subject": "Buy", "text": "Now", "requester": {"email": VICTIM}}),
        "application/json",
        headers={"Authorization": f"Bearer {plain}"},
    )
    make_ticket(requester=make_customer(email=VICTIM))
    dispatch.process_events()

    assert answer.status_code in (201, 400, 405)
    assert MessageDelivery.objects.count() == 0


# ---- 50: no mail of ours tells on its reader


def test_security50_no_mail_carries_a_beacon(client):
    inbox = make_inbox(signature="Support")
    agent = make_agent(email="ada@desk.test")
    ticket = receive(inbox, make_mail(message_id="q@example.org")).ticket
    workflow.assign(ticket=ticket, assignee=agent, actor=make_agent())
    replies.post_reply(ticket=ticket, author=agent, html="<p>Answer</p>")
    receive(inbox, make_mail("And now?", in_reply_to="q@example.org"))

    written = mails()

    assert len(written) >= 3
    for mail in written:
        html = mail.get_body(("html",)).get_content()
        assert not re.search(r"(?i)<img[^>]+src=[\"']?(?!cid:)|background=|url\(|<link|@import", html)
        assert "Disposition-Notification-To" not in mail
        assert "Return-Receipt-To" not in mail


def test_security50_there_is_no_address_that_counts_readers():
    words = re.compile(r"(?i)beacon|pixel|track|/open/|read-receipt")

    assert [route for route in get_resolver().reverse_dict if words.search(str(route))] == []


# ---- 81: one header stays one header


@pytest.mark.parametrize("line_break", BREAKS, ids=ascii)
def test_security81_no_name_and_no_subject_becomes_a_second_header(line_break):
    words = f"Hello{line_break}Bcc: {VICTIM}{line_break}X-Evil: 1{line_break}{line_break}<b>body</b>"
    brand = make_brand()
    inbox = make_inbox(brand=brand, name=words[:80])
    agent = make_agent(name=words, alias=words, email="ada@desk.test")
    ticket = receive(inbox, make_mail(message_id="q@example.org")).ticket
    type(brand).objects.filter(pk=brand.pk).update(name=words[:60])
    workflow.assign(ticket=ticket, assignee=agent, actor=words[:100])
    type(ticket).objects.filter(pk=ticket.pk).update(subject=words[:250])
    type(ticket.requester).objects.update(name=words[:160])
    ticket.refresh_from_db()
    replies.post_reply(ticket=ticket, author=agent, html="<p>Answer</p>")
    make_message(ticket, author=make_customer(name=words), author_name=words)

    written = mails()

    assert len(written) >= 3
    for mail in written:
        assert not {name.lower() for name in mail} & {"bcc", "x-evil"}
        assert all(len(mail.get_all(name)) == 1 for name in ("From", "To", "Subject", "Message-ID", "Date"))
        assert VICTIM not in str(mail["To"]) + str(mail["From"].addresses[0].addr_spec)
        assert "<b>body</b>" not in mail.get_body(("html",)).get_content()
