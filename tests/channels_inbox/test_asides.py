"""A message is forwarded to somebody outside; what they answer is the desk's to read, until it is shown."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from channels_inbox import ledger, sending
from channels_inbox.email import side_address
from foundation import desk
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent
from tickets import dispatch
from tickets.models import Attachment, Message, Participant, Ticket
from tickets.services import drafts, replies

pytestmark = pytest.mark.django_db
CUSTOMER, SUPPLIER = "elena@elsewhere.test", "repairs@supplier.test"
CANARY, SECRET = "canary-in-a-note-4711", "what-the-supplier-said-4711"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(desk, "settings", lambda: desk.DeskSettings(undo_send_seconds=0))


@pytest.fixture
def inbox(mailbox):
    mailbox.acknowledge = False
    mailbox.save()
    return mailbox


@pytest.fixture
def agent():
    return make_agent(name="Ada", signature="Ada\nNorthwind")


@pytest.fixture
def ticket(inbox, agent) -> Ticket:
    raw = make_mail(
        "The engine rattles.",
        sender=f"Elena <{CUSTOMER}>",
        to=inbox.address,
        subject="Rattle",
        files=[("rattle.txt", b"clack"), ("invoice.pdf", b"%PDF-1.4 42 EUR")],
    )
    ticket = receive(inbox, raw).ticket
    assert ticket
    replies.add_note(ticket=ticket, author=agent, html=f"<p>{CANARY}</p>")
    replies.post_reply(ticket=ticket, author=agent, html="<p>We are asking.</p>")
    leave()
    return ticket


def leave() -> None:
    dispatch.process_events()
    sending.send_due()


def forward(client, agent, ticket: Ticket, **fields):
    client.force_login(agent)
    message = ticket.messages.first()
    given = {"to": SUPPLIER, "comment": "Do you know this?", "client_key": "one", **fields}
    answer = client.post(f"/t/{ticket.number}/messages/{message.pk}/forward/", given)
    leave()
    return answer


def answer_of(inbox, mail, text: str = SECRET, **fields):
    fields.setdefault("to", mail["Reply-To"].addresses[0].addr_spec)
    fields.setdefault("in_reply_to", mail["Message-ID"].strip("<> "))
    return receive(
        inbox, make_mail(text, sender=f"Repairs <{SUPPLIER}>", subject="Re: Fwd: Rattle", **fields)
    )


def test_it_leaves_with_the_words_and_the_chosen_files_and_nothing_else(client, agent, ticket, trusted):
    chosen = Attachment.objects.get(name="invoice.pdf")

    answer = forward(client, agent, ticket, attachments=[chosen.pk])

    (mail,) = [each.message for each in trusted.smtp.mails_to(SUPPLIER)]
    text = mail.get_body(("plain",)).get_content()
    assert answer.status_code == 302
    assert mail["Subject"] == "Fwd: Rattle"
    assert text.startswith("Do you know this?")
    assert "The engine rattles." in text
    assert CUSTOMER in text
    assert [part.get_filename() for part in mail.iter_attachments()] == ["invoice.pdf"]
    assert side_address.read(mail["Reply-To"].addresses[0].addr_spec).ticket == ticket.number
    assert (mail["References"], mail["In-Reply-To"]) == (None, None)
    for words in (CANARY, "We are asking."):
        assert words not in mail.as_string()
    assert ledger.check().findings == []


@pytest.mark.parametrize("lost", [{}, {"to": "support@desk.test"}, {"in_reply_to": ""}])
def test_the_answer_lands_in_the_ticket_beside_the_conversation(client, agent, ticket, trusted, inbox, lost):
    forward(client, agent, ticket)
    (mail,) = [each.message for each in trusted.smtp.mails_to(SUPPLIER)]

    outcome = answer_of(inbox, mail, **lost)

    message = outcome.message
    assert (outcome.ticket, message.visibility, message.author_address) == (ticket, "outside", SUPPLIER)
    assert not Participant.objects.filter(customer__identities__value=SUPPLIER).exists()
    ticket.refresh_from_db()
    assert SECRET not in ticket.snippet
    assert ledger.check().findings == []


def test_neither_reaches_the_customer_in_any_later_mail(client, agent, ticket, trusted, inbox):
    forward(client, agent, ticket)
    answer_of(inbox, trusted.smtp.mails_to(SUPPLIER)[0].message)

    replies.post_reply(ticket=ticket, author=agent, html="<p>It is the belt.</p>")
    leave()

    everything = "".join(each.raw.decode("utf-8", "replace") for each in trusted.smtp.mails_to(CUSTOMER))
    for words in (SECRET, "Do you know this?", SUPPLIER, CANARY):
        assert words not in everything
    assert not any(SECRET in message.text for message in ticket.messages.public())


def test_shown_by_an_agent_it_is_part_of_the_conversation(client, agent, ticket, trusted, inbox):
    forward(client, agent, ticket)
    message = answer_of(inbox, trusted.smtp.mails_to(SUPPLIER)[0].message).message

    page = client.get(ticket.get_absolute_url()).content.decode()
    client.post(f"/t/{ticket.number}/messages/{message.pk}/share/")

    assert "The customer does not see this" in page
    assert "Show to the customer" in page
    assert message in ticket.messages.public()


def test_pressed_twice_it_leaves_once(client, agent, ticket, trusted):
    forward(client, agent, ticket)
    forward(client, agent, ticket)

    assert len(trusted.smtp.mails_to(SUPPLIER)) == 1


def test_what_was_forwarded_never_becomes_a_draft_to_the_customer(client, agent, ticket, monkeypatch):
    client.force_login(agent)
    message = ticket.messages.first()
    client.post(
        f"/t/{ticket.number}/messages/{message.pk}/forward/", {"to": SUPPLIER, "comment": "Between us"}
    )
    forwarded = Message.objects.get(visibility="outside")

    answer = client.post(f"/t/{ticket.number}/messages/{forwarded.pk}/undo/")

    assert answer.status_code == 409
    assert not agent.drafts.exists()


@pytest.mark.parametrize("to", ["", "nobody", "support@desk.test"])
def test_wrong_addresses_are_refused_and_the_words_stay(client, agent, ticket, inbox, to):
    answer = forward(client, agent, ticket, to=to.replace("support@desk.test", inbox.address))

    assert answer.status_code == 422
    assert "Do you know this?" in answer.content.decode()
    assert not Message.objects.filter(visibility="outside").exists()


def test_notes_cannot_be_forwarded(client, agent, ticket):
    client.force_login(agent)
    note = ticket.messages.get(visibility="internal")

    assert client.get(f"/t/{ticket.number}/messages/{note.pk}/forward/").status_code == 404
    assert client.post(f"/t/{ticket.number}/messages/{note.pk}/forward/", {"to": SUPPLIER}).status_code == 404


def test_files_of_other_messages_do_not_go_along(client, agent, ticket):
    [stray] = drafts.uploads_of(ticket=ticket, agent=agent, tokens=[upload(client, agent, ticket)])

    assert forward(client, agent, ticket, attachments=[stray.pk]).status_code == 422


def upload(client, agent, ticket) -> str:
    client.force_login(agent)
    file = SimpleUploadedFile("secret.txt", b"secret")
    return client.post(f"/t/{ticket.number}/uploads/", {"file": file}).json()["id"]


def test_who_may_not_answer_customers_forwards_nothing(client, ticket):
    client.force_login(make_agent(role="Light agent"))
    message = ticket.messages.first()

    assert client.get(f"/t/{ticket.number}/messages/{message.pk}/forward/").status_code == 403
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert f"/messages/{message.pk}/forward/" not in page


def test_a_stranger_with_a_guessed_address_is_no_outsider(inbox, ticket):
    forged = f"support+t{ticket.number}.f1.{'a' * 26}@desk.test"

    outcome = receive(inbox, make_mail("Let me in.", sender="mallory@evil.test", to=forged))

    assert outcome.ticket != ticket
