"""What the server never answered for is found among the mailbox's sent mail, or stays in doubt."""

from __future__ import annotations

import pytest

from channels_inbox import sending
from channels_inbox.email import mailbox as collecting
from channels_inbox.email import smtp
from channels_inbox.models import MessageDelivery
from foundation import desk
from tests.channels_inbox.mails import make_mail, receive
from tests.mailservers import Fault
from tests.make import make_agent
from tickets import dispatch
from tickets.services import replies

pytestmark = pytest.mark.django_db
CUSTOMER = "elena@elsewhere.test"


@pytest.fixture
def doubtful(mailbox, trusted, monkeypatch):
    monkeypatch.setattr(smtp, "PATIENCE_AFTER_DOT", 0.5)
    desk.change(None, undo_send_seconds=0)
    mailbox.acknowledge = False
    mailbox.save()
    ticket = receive(mailbox, make_mail(sender=CUSTOMER, to=mailbox.address)).ticket
    message = replies.post_reply(ticket=ticket, author=make_agent(), html="<p>Yes</p>")
    dispatch.process_events()
    trusted.smtp.fail(CUSTOMER, Fault.SILENT_AFTER_CONTENT)
    sending.send_due()
    assert MessageDelivery.objects.get(message=message).state == "in_doubt"
    return message


def test_fault18_a_copy_among_the_sent_mail_ends_the_doubt(doubtful, mailbox, trusted):
    with trusted.imap.open(mailbox.address) as client:
        client.append("Sent", trusted.smtp.mails_to(CUSTOMER)[0].raw)

    collecting.poll(mailbox)

    doubtful.refresh_from_db()
    assert (doubtful.delivery, MessageDelivery.objects.get(message=doubtful).state) == ("sent", "sent")
    assert "folder “Sent”" in doubtful.delivery_note
    assert not doubtful.ticket.needs_attention
    assert len(trusted.smtp.mails_to(CUSTOMER)) == 1


def test_without_one_it_stays_in_doubt_and_mail_is_fetched_all_the_same(doubtful, mailbox, trusted):
    trusted.imap.put(mailbox.address, make_mail("And another thing.", sender=CUSTOMER))

    assert collecting.poll(mailbox) == 1

    doubtful.refresh_from_db()
    assert doubtful.delivery == "in_doubt"
