"""Answers that come back: who is told what, what is tried again by itself, and nothing that arrives twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.models import CustomerIdentity
from channels_inbox import ledger, sending
from channels_inbox.models import MessageDelivery
from foundation import desk
from tests.channels_inbox.mails import make_mail, receive
from tests.mailservers import Fault
from tests.make import make_agent, make_customer
from tickets import dispatch, filters
from tickets.errors import TooLate
from tickets.models import Message, Ticket
from tickets.services import participants, replies, resending

pytestmark = pytest.mark.django_db
CUSTOMER, CFO = "elena@elsewhere.test", "cfo@elsewhere.test"
RIGHT = "elena.lindqvist@elsewhere.test"
GONE, FULL = ("5.1.1", "550 5.1.1 no such user"), ("5.2.2", "552 5.2.2 mailbox full")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(desk, "settings", lambda: desk.DeskSettings(undo_send_seconds=0))


@pytest.fixture
def agent():
    return make_agent(name="Ada")


@pytest.fixture
def ticket(mailbox, agent) -> Ticket:
    mailbox.acknowledge = False
    mailbox.save()
    ticket = receive(mailbox, make_mail(sender=f"Elena <{CUSTOMER}>", to=mailbox.address)).ticket
    assert ticket
    participants.add(ticket=ticket, addresses=[CFO], actor=agent)
    dispatch.process_events()
    return ticket


@pytest.fixture
def sent(ticket, agent) -> Message:
    message = replies.post_reply(ticket=ticket, author=agent, html="<p>Here you are.</p>", cc=[CFO])
    return leave(message)


def leave(message: Message) -> Message:
    dispatch.process_events()
    sending.send_due()
    message.refresh_from_db()
    return message


def come_back(mailbox, message: Message, *whom: tuple[str, tuple[str, str]]) -> Message:
    row = MessageDelivery.objects.get(message=message)
    blocks = "".join(
        f"\nFinal-Recipient: rfc822; {address}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n"
        for address, (status, words) in whom
    )
    receive(
        mailbox,
        f"""From: MAILER-DAEMON@mx.elsewhere.test
To: {mailbox.address}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{row.pk}-{row.attempts}-{len(blocks)}@mx.elsewhere.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It came back.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.elsewhere.test
{blocks}
--b
Content-Type: text/rfc822-headers

Message-ID: <{row.rfc_message_id}>
--b--
""".encode(),
    )
    message.refresh_from_db()
    message.ticket.refresh_from_db()
    return message


def time_passes() -> None:
    MessageDelivery.objects.update(next_at=Now() - timedelta(seconds=1))


def address(value: str = CUSTOMER) -> CustomerIdentity:
    return CustomerIdentity.objects.get(value=value)


# ---- For good


def test_the_ticket_asks_for_attention_and_the_address_is_marked(sent, mailbox, agent):
    message = come_back(mailbox, sent, (CUSTOMER, GONE))

    assert (message.delivery, "5.1.1" in message.delivery_note) == ("failed", True)
    assert message.ticket in filters.tickets_of(filters.VIEWS["attention"], agent)
    assert address().undeliverable_words == "5.1.1 550 5.1.1 no such user"
    assert address(CFO).undeliverable_since is None
    assert ledger.check().findings == []


def test_a_mail_from_there_ends_the_mark(sent, mailbox):
    come_back(mailbox, sent, (CUSTOMER, GONE))

    receive(mailbox, make_mail("I am back.", sender=CUSTOMER))

    assert address().undeliverable_since is None


@pytest.mark.parametrize(
    ("fault", "marked"),
    [(Fault.REFUSED_RECIPIENT, True), (Fault.RECIPIENT_LATER, False), (Fault.REFUSED_CONTENT, False)],
)
def test_only_a_server_that_knows_nobody_there_marks_the_address(ticket, agent, trusted, fault, marked):
    trusted.smtp.fail(CUSTOMER, fault)

    leave(replies.post_reply(ticket=ticket, author=agent, html="<p>Here you are.</p>"))

    assert (address().undeliverable_since is not None) == marked


def test_sent_again_it_goes_only_to_those_who_have_not_got_it(sent, mailbox, agent, trusted):
    come_back(mailbox, sent, (CUSTOMER, GONE))

    leave(resending.retry_send(message=sent, actor=agent))

    assert (len(trusted.smtp.mails_to(CUSTOMER)), len(trusted.smtp.mails_to(CFO))) == (2, 1)
    first, second = trusted.smtp.mails_to(CUSTOMER)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert second.message["Cc"] == CFO
    sent.refresh_from_db()
    sent.ticket.refresh_from_db()
    assert (sent.delivery, sent.ticket.needs_attention) == ("sent", "")
    assert ledger.check().findings == []


def test_pressed_twice_it_is_sent_once(sent, mailbox, agent, trusted):
    come_back(mailbox, sent, (CUSTOMER, GONE))
    resending.retry_send(message=sent, actor=agent)

    with pytest.raises(TooLate):
        resending.retry_send(message=sent, actor=agent)

    leave(sent)
    assert len(trusted.smtp.mails_to(CUSTOMER)) == 2


def test_a_corrected_address_is_the_customers_from_now_on(sent, mailbox, agent, trusted):
    come_back(mailbox, sent, (CUSTOMER, GONE))

    leave(resending.retry_send(message=sent, actor=agent, address=RIGHT))

    (mail,) = trusted.smtp.mails_to(RIGHT)
    assert mail.message["To"] == RIGHT
    assert len(trusted.smtp.mails_to(CFO)) == 1
    ticket = Ticket.objects.get(pk=sent.ticket_id)
    assert ticket.requester.email == RIGHT
    assert ticket.events.filter(kind="message.retried").get().changes == {"address": [CUSTOMER, RIGHT]}
    assert receive(mailbox, make_mail("Thanks", sender=RIGHT, subject=f"[#{ticket.number}]")).ticket == ticket


def test_an_address_of_somebody_else_is_refused(sent, mailbox, agent, client):
    come_back(mailbox, sent, (CUSTOMER, GONE))
    make_customer(email=RIGHT)
    client.force_login(agent)

    answer = client.post(f"/t/{sent.ticket.number}/messages/{sent.pk}/retry/", {"address": RIGHT})

    sent.refresh_from_db()
    assert answer.status_code == 409
    assert sent.delivery == "failed"


@pytest.mark.parametrize("wrong", ["nobody", "a@b@c", "support"])
def test_what_is_no_address_is_refused(sent, mailbox, agent, client, wrong):
    come_back(mailbox, sent, (CUSTOMER, GONE))
    client.force_login(agent)

    answer = client.post(f"/t/{sent.ticket.number}/messages/{sent.pk}/retry/", {"address": wrong})

    assert answer.status_code == 422
    assert Message.objects.get(pk=sent.pk).delivery == "failed"


# ---- For now


def test_a_full_mailbox_is_tried_again_for_that_recipient_alone(sent, mailbox, trusted):
    message = come_back(mailbox, sent, (CUSTOMER, FULL))
    assert (message.delivery, bool(message.ticket.needs_attention)) == ("queued", True)
    assert address().undeliverable_since is None
    sending.send_due()
    assert len(trusted.smtp.mails_to(CUSTOMER)) == 1  # not yet

    time_passes()
    leave(message)

    message.ticket.refresh_from_db()
    assert (len(trusted.smtp.mails_to(CUSTOMER)), len(trusted.smtp.mails_to(CFO))) == (2, 1)
    assert (message.delivery, message.ticket.needs_attention) == ("sent", "")
    assert ledger.check().findings == []


def test_after_three_more_tries_it_has_failed(sent, mailbox, trusted):
    for _try in range(3):
        assert come_back(mailbox, sent, (CUSTOMER, FULL)).delivery == "queued"
        time_passes()
        leave(sent)

    assert come_back(mailbox, sent, (CUSTOMER, FULL)).delivery == "failed"
    assert len(trusted.smtp.mails_to(CUSTOMER)) == 4


def test_two_full_mailboxes_of_one_report_are_both_tried(sent, mailbox, trusted):
    come_back(mailbox, sent, (CUSTOMER, FULL), (CFO, FULL))

    time_passes()
    leave(sent)

    assert (len(trusted.smtp.mails_to(CUSTOMER)), len(trusted.smtp.mails_to(CFO))) == (2, 2)


def test_one_gone_and_one_full_waits_for_a_person(sent, mailbox):
    message = come_back(mailbox, sent, (CFO, FULL), (CUSTOMER, GONE))

    assert message.delivery == "failed"
    assert sorted(MessageDelivery.objects.get(message=sent).content["came_back"]) == sorted([CFO, CUSTOMER])


def test_what_came_back_cannot_be_taken_back(sent, mailbox, agent):
    come_back(mailbox, sent, (CUSTOMER, FULL))

    with pytest.raises(TooLate):
        replies.undo_send(message=sent, actor=agent)


# ---- In doubt


def test_somebody_knows_that_it_arrived(sent, agent, client):
    MessageDelivery.objects.update(state="in_doubt")
    Message.objects.filter(pk=sent.pk).update(delivery="in_doubt")
    Ticket.objects.update(needs_attention="A reply may not have been delivered.")
    client.force_login(agent)

    page = client.get(sent.ticket.get_absolute_url()).content.decode()
    client.post(f"/t/{sent.ticket.number}/messages/{sent.pk}/arrived/")
    dispatch.process_events()

    sent.refresh_from_db()
    sent.ticket.refresh_from_db()
    assert "It has arrived" in page
    assert (sent.delivery, MessageDelivery.objects.get(message=sent).state) == ("sent", "sent")
    assert sent.ticket.needs_attention == ""
    assert ledger.check().findings == []


def test_a_bounce_settles_the_doubt(sent, mailbox):
    MessageDelivery.objects.update(state="in_doubt")
    Message.objects.filter(pk=sent.pk).update(delivery="in_doubt")

    assert come_back(mailbox, sent, (CUSTOMER, GONE)).delivery == "failed"


# ---- What agents see


def test_the_page_says_what_the_server_said_and_marks_the_address(sent, mailbox, agent, client):
    come_back(mailbox, sent, (CUSTOMER, GONE))
    client.force_login(agent)

    page = client.get(sent.ticket.get_absolute_url()).content.decode()

    for words in ("550 5.1.1 no such user", "Send again", "Send to another address", "Mail comes back"):
        assert words in page


def test_who_may_not_answer_is_offered_nothing(sent, mailbox, client):
    come_back(mailbox, sent, (CUSTOMER, GONE))
    client.force_login(make_agent(role="Observer"))

    page = client.get(sent.ticket.get_absolute_url()).content.decode()

    assert "Send to another address" not in page
    assert client.post(f"/t/{sent.ticket.number}/messages/{sent.pk}/arrived/").status_code == 403
