"""What happens on the way between us and others: blind copies, bounces, names that cannot be resolved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from channels_inbox import intake, sending
from channels_inbox.email import mailbox
from channels_inbox.health import PAUSES_AFTER
from channels_inbox.models import InboundPayload, Inbox, MessageDelivery
from foundation import desk
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent
from tickets import dispatch
from tickets.models import Message, Ticket
from tickets.services import replies

pytestmark = pytest.mark.django_db
CUSTOMER = "elena@elsewhere.test"
BOUNCE = """From: MAILER-DAEMON@mx.elsewhere.test
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: Tue, 03 Nov 2026 10:13:00 +0100
Message-ID: <bounce@mx.elsewhere.test>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No such user here.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.elsewhere.test

Final-Recipient: rfc822; {customer}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: message/rfc822

Message-ID: <{name}>
From: {to}
To: {customer}
Subject: Re: Charged twice

Yes
--b--
"""


@pytest.fixture
def agent():
    desk.change(None, undo_send_seconds=0)
    return make_agent()


def answer(inbox: Inbox, agent, *, sender: str = CUSTOMER) -> Message:
    """A customer's mail, answered; not sent yet."""
    ticket = receive(inbox, make_mail(sender=sender, to=inbox.address)).ticket
    assert ticket is not None
    message = replies.post_reply(ticket=ticket, author=agent, html="<p>Yes</p>")
    dispatch.process_events()
    return message


def due_again() -> None:
    """The back-off and the pause have passed."""
    MessageDelivery.objects.filter(state="retry").update(next_at=Now() - timedelta(seconds=1))
    Inbox.objects.update(send_resumes_at=None)


def test_fault17_a_mail_that_names_us_nowhere_is_a_ticket_all_the_same(make_mailbox, trusted):
    inbox = make_mailbox()
    trusted.imap.put(inbox.address, make_mail("For your eyes", sender=CUSTOMER, to="somebody@elsewhere.test"))

    assert mailbox.poll(inbox) == 1
    intake.process_due()

    assert InboundPayload.objects.get().state == "done"
    assert Ticket.objects.get().requester.email == CUSTOMER


def test_fault19_a_bounce_after_the_250_marks_its_message_and_is_never_answered(make_mailbox, trusted, agent):
    inbox = make_mailbox()
    message = answer(inbox, agent)
    sending.send_due()
    row = MessageDelivery.objects.get(message=message)
    assert row.state == "sent"
    taken = len(trusted.smtp.received)

    bounce = BOUNCE.format(to=inbox.address, customer=CUSTOMER, name=row.rfc_message_id)
    trusted.imap.put(inbox.address, bounce.replace("\n", "\r\n").encode())
    mailbox.poll(inbox)
    intake.process_due()
    dispatch.process_events()
    sending.send_due()

    message.refresh_from_db()
    row.refresh_from_db()
    assert (row.state, message.delivery) == ("failed", "failed")
    assert message.ticket.needs_attention
    assert Ticket.objects.count() == 1
    assert len(trusted.smtp.mails_to("MAILER-DAEMON@mx.elsewhere.test")) == 0
    assert len([mail for mail in trusted.smtp.received[taken:] if CUSTOMER in mail.recipients]) == 0


def test_fault21_a_name_that_does_not_resolve_pauses_one_inbox_and_loses_nothing(
    make_mailbox, trusted, agent
):
    lost, well = make_mailbox(), make_mailbox("billing")
    for inbox in (lost, well):
        inbox.acknowledge = False
        inbox.save()
    Inbox.objects.filter(pk=lost.pk).update(settings={**lost.settings, "smtp_host": "nowhere.invalid"})
    waiting = [answer(lost, agent, sender=f"p{n}@elsewhere.test") for n in range(PAUSES_AFTER + 2)]

    sending.send_due()
    answer(well, agent, sender="other@elsewhere.test")
    sending.send_due()

    assert MessageDelivery.objects.filter(inbox=lost, attempts__gt=0).count() == PAUSES_AFTER
    assert trusted.smtp.wait_for("other@elsewhere.test")
    Inbox.objects.filter(pk=lost.pk).update(settings=lost.settings)
    due_again()
    sending.send_due()
    assert {Message.objects.get(pk=each.pk).delivery for each in waiting} == {"sent"}
    assert Inbox.objects.get(pk=lost.pk).failing_since is None
