"""From the agent's reply to the customer's mailbox: once, in order, and the ticket knows how it ended."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now

from channels_inbox import delivery_claims, ledger, outbox, outgoing, sending
from channels_inbox.email import reply_address, smtp
from channels_inbox.models import Inbox, MessageDelivery
from foundation import desk, faults
from tests.channels_inbox.mails import make_mail, receive
from tests.mailservers import Fault
from tests.make import make_agent
from tickets import dispatch
from tickets.models import Message, Ticket
from tickets.services import replies, resending

pytestmark = pytest.mark.django_db
CUSTOMER = "elena@elsewhere.test"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    """No undo window, and little patience with silent servers."""
    monkeypatch.setattr(desk, "settings", lambda: desk.DeskSettings(undo_send_seconds=0))
    monkeypatch.setattr(smtp, "PATIENCE", 3.0)
    monkeypatch.setattr(smtp, "PATIENCE_AFTER_DOT", 1.0)


@pytest.fixture
def agent():
    return make_agent(name="Ada Agent", signature="Ada\nNorthwind")


@pytest.fixture
def ticket(mailbox) -> Ticket:
    mailbox.acknowledge = False
    mailbox.save()
    raw = make_mail(sender=f"Elena <{CUSTOMER}>", to=mailbox.address, message_id="question@elsewhere.test")
    return receive(mailbox, raw).ticket


@pytest.fixture
def post(ticket, agent):
    def reply(html: str = "<p>We have refunded it.</p>", **fields) -> Message:
        message = replies.post_reply(ticket=ticket, author=agent, html=html, **fields)
        dispatch.process_events()
        return message

    return reply


def due_again(row: MessageDelivery | None = None) -> None:
    """The back-off has passed."""
    rows = MessageDelivery.objects.filter(pk=row.pk) if row else MessageDelivery.objects.all()
    rows.update(next_at=Now() - timedelta(seconds=1))


def delivery_of(message: Message) -> MessageDelivery:
    return MessageDelivery.objects.get(message=message)


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.delivery


def test_a_reply_arrives_and_continues_the_customers_conversation(post, ticket, trusted, mailbox):
    message = post()

    sending.send_due()

    (received,) = trusted.smtp.wait_for(CUSTOMER)
    mail = received.message
    assert received.sender == mailbox.address
    assert mail["From"] == f'"Ada Agent (Northwind)" <{mailbox.address}>'
    assert reply_address.read(mail["Reply-To"].addresses[0].addr_spec) == ticket.number
    assert reply_address.read_message_id(mail["Message-ID"].strip("<>")) == ticket.number
    assert (mail["In-Reply-To"], mail["Subject"]) == ("<question@elsewhere.test>", f"Re: {ticket.subject}")
    lines = mail.get_body(("plain",)).get_content().splitlines()
    assert lines[:5] == ["We have refunded it.", "", "-- ", "Ada", "Northwind"]
    assert "> My card was charged twice." in lines
    assert state_of(message) == "sent"
    assert delivery_of(message).provider_id == "250 2.0.0 accepted"
    assert ledger.check().findings == []


def test_the_answer_to_it_lands_in_the_same_ticket(post, ticket, trusted, mailbox):
    post()
    sending.send_due()
    mail = trusted.smtp.wait_for(CUSTOMER)[0].message

    answer = make_mail(sender=CUSTOMER, to=str(mail["Reply-To"]), in_reply_to=mail["Message-ID"].strip("<>"))

    assert receive(mailbox, answer).ticket == ticket


def test_the_next_reply_refers_to_all_that_came_before(post, trusted):
    first = post("<p>One</p>")
    sending.send_due()
    post("<p>Two</p>")
    sending.send_due()

    mail = trusted.smtp.wait_for(CUSTOMER, count=2)[1].message
    first_id = delivery_of(first).rfc_message_id
    assert mail["References"].split() == [f"<{first_id}>", "<question@elsewhere.test>"]


def test_a_reply_that_was_taken_back_never_leaves(post, agent, trusted, monkeypatch):
    monkeypatch.setattr(desk, "settings", lambda: desk.DeskSettings(undo_send_seconds=60))
    message = post()

    replies.undo_send(message=message, actor=agent)
    dispatch.process_events()
    due_again()
    sending.send_due()

    assert delivery_of(message).state == "cancelled"
    assert trusted.smtp.mails_to(CUSTOMER) == []


def test_taken_back_in_the_last_moment_it_does_not_leave_either(post, agent, trusted):
    """The undo wins against a worker that has claimed the message already."""
    message = post()
    row = delivery_claims.claim()
    replies.undo_send(message=message, actor=agent)

    sending.send(row)

    assert delivery_of(message).state == "cancelled"
    assert trusted.smtp.mails_to(CUSTOMER) == []


def test_an_undo_that_comes_too_late_is_told_so(post, agent):
    message = post()
    row = delivery_claims.claim()

    assert delivery_claims.begin(row)

    with pytest.raises(replies.TooLate):
        replies.undo_send(message=message, actor=agent)


def test_what_waits_in_a_ticket_that_is_thrown_away_does_not_leave(post, ticket, trusted):
    message = post()
    Ticket.objects.update(trashed_at=Now())

    sending.send_due()

    assert (state_of(message), message.delivery_note) == ("failed", delivery_claims.IN_THE_TRASH)
    assert trusted.smtp.mails_to(CUSTOMER) == []


def test_the_end_of_the_undo_window_can_be_brought_forward(post, agent, trusted, monkeypatch):
    monkeypatch.setattr(desk, "settings", lambda: desk.DeskSettings(undo_send_seconds=60))
    message = post()
    sending.send_due()
    assert state_of(message) == "queued"

    replies.send_now(message=message, actor=agent)
    dispatch.process_events()
    sending.send_due()

    assert state_of(message) == "sent"


@pytest.mark.parametrize(
    "fault",
    [
        Fault.RECIPIENT_LATER,
        Fault.SERVICE_CLOSING,
        Fault.CONTENT_LATER,
        Fault.SILENT_BEFORE_CONTENT,
        Fault.GONE_BEFORE_CONTENT,
    ],
)
def test_fault18_what_certainly_was_not_taken_is_tried_again_under_the_same_name(post, trusted, fault):
    trusted.smtp.fail(CUSTOMER, fault)
    message = post()

    sending.send_due()
    row = delivery_of(message)
    assert (row.state, state_of(message)) == ("retry", "queued")
    assert message.delivery_note != ""
    due_again()
    sending.send_due()

    assert state_of(message) == "sent"
    (mail,) = trusted.smtp.wait_for(CUSTOMER)
    assert mail.message["Message-ID"] == f"<{row.rfc_message_id}>"


@pytest.mark.parametrize("fault", [Fault.REFUSED_RECIPIENT, Fault.REFUSED_CONTENT])
def test_fault18_what_is_refused_for_good_fails_for_all_to_see(post, ticket, trusted, fault):
    trusted.smtp.fail(CUSTOMER, fault)
    message = post(status="solved")

    sending.send_due()

    ticket.refresh_from_db()
    assert (delivery_of(message).state, state_of(message)) == ("failed", "failed")
    assert fault.value.split()[0] in message.delivery_note
    assert ticket.needs_attention
    assert ticket.status_id == "open"


def test_fault18_what_is_in_doubt_is_never_sent_again_by_itself(post, ticket, trusted):
    trusted.smtp.fail(CUSTOMER, Fault.SILENT_AFTER_CONTENT)
    message = post()
    sending.send_due()

    due_again()
    sending.send_due()

    assert (delivery_of(message).state, state_of(message)) == ("in_doubt", "in_doubt")
    assert len(trusted.smtp.mails_to(CUSTOMER)) == 1
    ticket.refresh_from_db()
    assert "may not have been delivered" in ticket.needs_attention


def test_a_person_may_send_it_again_and_it_keeps_its_name(post, agent, ticket, trusted):
    trusted.smtp.fail(CUSTOMER, Fault.SILENT_AFTER_CONTENT)
    message = post()
    sending.send_due()

    resending.retry_send(message=message, actor=agent)
    dispatch.process_events()
    sending.send_due()

    first, second = trusted.smtp.wait_for(CUSTOMER, count=2)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.message["Date"] == second.message["Date"]
    ticket.refresh_from_db()
    assert (state_of(message), ticket.needs_attention) == ("sent", "")


def test_a_person_may_know_that_it_has_arrived(post, ticket, trusted):
    trusted.smtp.fail(CUSTOMER, Fault.SILENT_AFTER_CONTENT)
    message = post()
    sending.send_due()

    assert outbox.settle_as_sent(delivery_of(message))

    assert (delivery_of(message).state, state_of(message)) == ("sent", "sent")
    assert ledger.check().findings == []


def test_a_sender_that_died_while_handing_over_leaves_it_in_doubt(post, ticket, trusted):
    message = post()
    with faults.armed("outbox.before_send=raise"), pytest.raises(faults.FaultInjected):
        sending.send_due()
    due_again()

    sending.send_due()

    assert (delivery_of(message).state, state_of(message)) == ("in_doubt", "in_doubt")
    assert trusted.smtp.mails_to(CUSTOMER) == []


def test_a_sender_that_died_before_that_changes_nothing(post, trusted):
    message = post()
    with faults.armed("outbox.claimed=raise"), pytest.raises(faults.FaultInjected):
        sending.send_due()
    due_again()

    sending.send_due()

    assert state_of(message) == "sent"
    assert len(trusted.smtp.mails_to(CUSTOMER)) == 1


def test_after_a_restore_nothing_that_waited_leaves_by_itself(post, ticket, trusted, capsys):
    message = post()

    call_command("doubt_outbox")
    sending.send_due()

    assert (delivery_of(message).state, state_of(message)) == ("in_doubt", "in_doubt")
    assert trusted.smtp.mails_to(CUSTOMER) == []
    assert "1 messages are held" in capsys.readouterr().out


def test_messages_of_a_ticket_leave_in_their_order(post, trusted):
    trusted.smtp.fail(CUSTOMER, Fault.RECIPIENT_LATER)
    first, second = post("<p>One</p>"), post("<p>Two</p>")
    sending.send_due()

    assert (state_of(first), state_of(second)) == ("queued", "queued")
    due_again()
    sending.send_due()

    texts = [
        mail.message.get_body(("plain",)).get_content() for mail in trusted.smtp.wait_for(CUSTOMER, count=2)
    ]
    assert [text.split()[0] for text in texts] == ["One", "Two"]


def test_after_five_failures_an_inbox_pauses_and_tries_one_message_a_minute(post, mailbox):
    mailbox.credentials = mailbox.credentials | {"smtp_password": "wrong"}
    mailbox.save()
    post()
    for _ in range(5):
        due_again()
        sending.send_due()
    mailbox.refresh_from_db()
    assert mailbox.send_failures == 5
    assert "refused user or password" in mailbox.last_error
    assert mailbox.failing_since is not None

    due_again()
    assert sending.send_due() == 0  # it pauses

    mailbox.credentials = mailbox.credentials | {"smtp_password": "correct horse"}
    mailbox.save()
    Inbox.objects.update(send_resumes_at=Now() - timedelta(seconds=1))
    due_again()
    sending.send_due()
    mailbox.refresh_from_db()
    assert (mailbox.send_failures, mailbox.send_resumes_at, mailbox.failing_since) == (0, None, None)
    assert MessageDelivery.objects.get().state == "sent"


def test_a_reply_without_any_inbox_fails_at_once_and_says_why(post, mailbox):
    mailbox.is_active = False
    mailbox.save()

    message = post()

    assert (state_of(message), message.delivery_note) == ("failed", outbox.NO_WAY_OUT)


def test_a_fault_of_ours_fails_that_message_and_no_other(post, trusted, monkeypatch):
    honest = outgoing.write

    def stumbles(row):
        if "bad" in row.message.html:
            raise ValueError("a bug")
        return honest(row)

    monkeypatch.setattr(outgoing, "write", stumbles)
    bad = post("<p>bad</p>")
    sending.send_due()
    good = post("<p>good</p>")
    sending.send_due()

    assert (state_of(bad), state_of(good)) == ("failed", "sent")
    assert "ValueError: a bug" in bad.delivery_note


def test_an_answer_leaves_from_the_alias_the_customer_wrote_to(mailbox, agent, trusted):
    mailbox.aliases, mailbox.acknowledge = ["help@desk.test"], False
    mailbox.save()
    ticket = receive(mailbox, make_mail(sender=CUSTOMER, to="help@desk.test")).ticket

    replies.post_reply(ticket=ticket, author=agent, html="<p>Yes</p>")
    dispatch.process_events()
    sending.send_due()

    assert "help@desk.test" in trusted.smtp.wait_for(CUSTOMER)[0].message["From"]


def test_a_bounce_turns_the_sent_reply_into_a_failed_one(post, ticket, trusted, mailbox):
    message = post(status="solved")
    sending.send_due()

    outcome = receive(mailbox, bounce_of(delivery_of(message)))

    ticket.refresh_from_db()
    assert (outcome.outcome, outcome.ticket) == ("bounce", ticket)
    assert state_of(message) == "failed"
    assert "5.1.1" in message.delivery_note
    assert (ticket.status_id, bool(ticket.needs_attention)) == ("open", True)
    assert ticket.messages.count() == 2
    assert ledger.check().findings == []


def test_a_bounce_that_names_nothing_of_ours_is_set_aside(mailbox):
    stranger = MessageDelivery(rfc_message_id="unknown@elsewhere.test")

    outcome = receive(mailbox, bounce_of(stranger))

    assert (outcome.outcome, outcome.ticket) == ("bounce", None)
    assert ledger.check().findings == []


def bounce_of(row: MessageDelivery) -> bytes:
    return (
        f"""From: MAILER-DAEMON@mx.elsewhere.test
To: support@desk.test
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{row.pk}@mx.elsewhere.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

No such user.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.elsewhere.test

Final-Recipient: rfc822; {CUSTOMER}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
--b
Content-Type: text/rfc822-headers

Message-ID: <{row.rfc_message_id}>
Subject: Re: something
--b--
"""
    ).encode()


@pytest.mark.django_db(transaction=True)
def test_many_senders_at_once_send_each_message_once(mailbox, trusted):
    mailbox.acknowledge = False
    mailbox.save()
    agent = make_agent()
    for n in range(12):
        ticket = receive(mailbox, make_mail(sender=f"p{n}@elsewhere.test", to=mailbox.address)).ticket
        replies.post_reply(ticket=ticket, author=agent, html="<p>Yes</p>")
    dispatch.process_events()

    def work() -> None:
        while MessageDelivery.objects.exclude(state="sent").exists():
            sending.send_due()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [len(trusted.smtp.mails_to(f"p{n}@elsewhere.test")) for n in range(12)] == [1] * 12
    assert ledger.check().findings == []
