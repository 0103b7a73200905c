"""What an agent forwards to an inbox becomes the ticket of the customer who wrote it."""

from __future__ import annotations

import pytest

from accounts import agents
from accounts.models import Customer
from channels_inbox import ledger
from tests.channels_inbox.agent_mail.conftest import ADA
from tests.channels_inbox.email.samples import HERE
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent
from tickets import dispatch
from tickets.models import Message

pytestmark = pytest.mark.django_db
PROVEN = "Authentication-Results: mx.desk.test; dmarc=pass\r\n"
INLINE = "forward_by_gmail_with_html"
SAMPLES = [
    INLINE,
    "forward_by_outlook_in_german",
    "forward_by_outlook_as_plain_text_in_french",
    "forward_by_apple_mail_quoted",
    "forward_by_thunderbird_in_spanish",
    "forward_as_attachment_with_files",
]


def forward(inbox, sample: str = INLINE, *, above: str = PROVEN, **changes: str):
    raw = (HERE / f"{sample}.eml").read_text("utf-8")
    for old, new in changes.items():
        raw = raw.replace(old, new)
    return receive(inbox, above.encode() + raw.encode())


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_is_the_customers_ticket(inbox, ada, sample):
    outcome = forward(inbox, sample)

    ticket, message = outcome.ticket, outcome.message
    assert (outcome.outcome, ticket.requester.email) == ("ticket_opened", "bob@client.test")
    assert message.author_address == "bob@client.test"
    assert message.facts["forwarded_by"] == "Ada Byron"
    assert not ticket.subject.lower().startswith(("fwd", "wg", "tr:"))
    assert not ticket.participants.exists()
    assert ticket.assignee is None
    assert not Customer.objects.filter(identities__value=ADA).exists()
    assert ledger.check().findings == []


def test_the_agents_own_words_are_a_note(inbox, ada):
    ticket = forward(inbox).ticket

    original, note = ticket.messages.all()
    assert original.text == "It is really broken.\n\nNote: it burns."
    assert (note.visibility, note.author_agent) == ("internal", ada)
    assert note.text == "Can somebody call him? He is a good customer."
    assert "good customer" not in original.html + original.text + original.quoted_text + ticket.snippet


def test_without_words_there_is_no_note(inbox, ada):
    assert forward(inbox, "forward_by_apple_mail_quoted").ticket.messages.count() == 1


def test_a_mail_that_was_attached_brings_its_text_and_files(inbox, ada):
    ticket = forward(inbox, "forward_as_attachment_with_files").ticket

    original, note = ticket.messages.all()
    assert (original.text, note.text) == ("The invoice is wrong.", "He wrote to me, but it is for you.")
    assert [file.name for file in original.attachments.all()] == ["invoice.txt"]


def test_the_customers_next_mail_finds_the_ticket(inbox, ada):
    ticket = forward(inbox, "forward_as_attachment_with_files").ticket

    outcome = receive(inbox, make_mail(sender="bob@client.test", in_reply_to="original@client.test"))

    assert outcome.ticket == ticket


def test_the_customer_is_not_surprised_by_a_confirmation(inbox, ada, deliver):
    inbox.acknowledge = True
    inbox.save()

    forward(inbox)

    assert deliver("bob@client.test") == []


def test_the_same_forward_twice_is_one_ticket_with_one_note(inbox, ada):
    first = forward(inbox)

    assert forward(inbox).outcome == "duplicate"
    assert first.ticket.messages.count() == 2


def test_the_page_says_who_forwarded_it(inbox, ada, client):
    ticket = forward(inbox).ticket
    dispatch.process_events()
    client.force_login(make_agent())

    assert "forwarded by Ada Byron" in client.get(ticket.get_absolute_url()).content.decode()


# ---- Whose forwards stay theirs


@pytest.mark.parametrize("above", ["", "Authentication-Results: mx.desk.test; spf=fail; dmarc=none\r\n"])
def test_nobody_does_this_in_an_agents_name(inbox, ada, above):
    ticket = forward(inbox, above=above).ticket

    assert ticket.requester.email == ADA
    assert not Message.objects.filter(author_agent=ada).exists()
    assert ticket.messages.get().facts["forward_not_proven"] == "Ada Byron"


def test_who_was_let_go_has_lost_this(inbox, ada):
    agents.deactivate(ada, actor=None)

    assert forward(inbox).ticket.requester.email == ADA


def test_a_customers_forward_stays_theirs(inbox):
    ticket = forward(inbox).ticket

    assert ticket.requester.email == ADA
    assert "forwarded_by" not in ticket.messages.get().facts


def test_a_colleague_does_not_become_a_customer_by_being_forwarded(inbox, ada):
    make_agent(email="bob@client.test")

    assert forward(inbox).ticket.requester.email == ADA


def test_a_blocked_customer_stays_blocked(inbox, ada):
    from tests.make import make_customer

    make_customer(email="bob@client.test", blocked_at="2026-01-01T00:00Z")

    assert forward(inbox).outcome == "ignored"


def test_one_whom_nobody_can_name_stays_the_agents_mail(inbox, ada):
    assert forward(inbox, "forward_without_the_senders_address").ticket.requester.email == ADA
