"""Confirmations: to people who asked, never to machines, without a word of what they wrote, and only so many."""

from __future__ import annotations

import re

import pytest
from django.utils.timezone import now

from accounts.models import MagicLink
from channels_inbox import acknowledgements, ledger, loop_caps, sending, storms
from channels_inbox.email import reply_address
from channels_inbox.email.guard import ParseFailed
from channels_inbox.models import Inbox, MessageDelivery, Reflex
from tests.channels_inbox.mails import accept, make_mail, receive
from tests.mailservers import Fault
from tests.make import make_agent, make_inbox
from tickets import dispatch
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
CUSTOMER = "elena@elsewhere.test"
PAYLOAD = "BUY-NOW http://evil.test"


def ask(mailbox, *, sender=CUSTOMER, **fields) -> Ticket | None:
    outcome = receive(mailbox, make_mail(sender=sender, to=mailbox.address, **fields))
    dispatch.process_events()
    return outcome.ticket


def test_the_customer_learns_the_number_and_gets_a_link(mailbox, trusted):
    ticket = ask(mailbox, message_id="q@elsewhere.test")

    sending.send_due()

    mail = trusted.smtp.wait_for(CUSTOMER)[0].message
    assert mail["Subject"] == f"We have received your request [#{ticket.number}]"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["In-Reply-To"] == "<q@elsewhere.test>"
    assert reply_address.read(mail["Reply-To"].addresses[0].addr_spec) == ticket.number
    (link,) = re.findall(r"https?://\S+", mail.get_body(("plain",)).get_content())
    assert MagicLink.objects.get().ticket_number == ticket.number
    assert "/" in link


def test_what_is_stored_does_not_hold_the_link(mailbox, trusted):
    ticket = ask(mailbox)
    sending.send_due()

    stored = ticket.messages.get(automatic=True)

    assert acknowledgements.MASKED in stored.text
    assert "http" not in stored.html + stored.text
    assert (stored.delivery, stored.is_public) == ("sent", True)
    assert ledger.check().findings == []


def test_it_never_counts_as_an_answer(mailbox, trusted):
    ticket = ask(mailbox)
    sending.send_due()

    ticket.refresh_from_db()
    assert (ticket.first_replied_at, ticket.status_id) == (None, "new")
    assert ticket.waiting_since is not None


def test_nothing_that_was_written_is_repeated_to_whoever_is_named_as_sender(mailbox, trusted):
    ask(mailbox, sender=f'"{PAYLOAD}" <{CUSTOMER}>', text=PAYLOAD, subject=PAYLOAD)
    sending.send_due()

    raw = trusted.smtp.wait_for(CUSTOMER)[0]
    assert "evil.test" not in raw.raw.decode()
    assert "BUY-NOW" not in str(raw.message) + raw.message.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    "fields",
    [
        {"headers": {"Auto-Submitted": "auto-generated"}},
        {"headers": {"Precedence": "bulk"}},
        {"headers": {"List-Id": "<news.elsewhere.test>"}},
        {"headers": {"X-Auto-Response-Suppress": "All"}},
        {"headers": {"Return-Path": "<>"}},
        {"sender": "no-reply@elsewhere.test"},
        {"sender": "MAILER-DAEMON@elsewhere.test"},
    ],
)
def test_a_machine_is_never_told(mailbox, fields):
    ask(mailbox, **fields)

    assert MessageDelivery.objects.count() == 0


def test_an_answer_is_not_confirmed(mailbox):
    ask(mailbox, message_id="q@elsewhere.test")
    ask(mailbox, in_reply_to="q@elsewhere.test")

    assert MessageDelivery.objects.count() == 1


def test_an_inbox_may_stay_silent(mailbox):
    mailbox.acknowledge = False
    mailbox.save()

    ask(mailbox)

    assert MessageDelivery.objects.count() == 0


def test_what_could_not_be_read_is_not_confirmed(mailbox, monkeypatch):
    monkeypatch.setattr(
        "channels_inbox.email.guard.parse_many", lambda raws: [ParseFailed("No.", kind="refused")]
    )

    ask(mailbox)

    assert MessageDelivery.objects.count() == 0


def test_mail_from_before_the_inbox_was_set_up_is_not_confirmed(mailbox):
    from channels_inbox import intake

    intake.process(accept(mailbox, make_mail(sender=CUSTOMER), transport={"before_inbox": True}))
    dispatch.process_events()

    assert MessageDelivery.objects.count() == 0


def test_one_address_gets_one_an_hour(mailbox, trusted):
    first, second = ask(mailbox), ask(mailbox)

    sending.send_due()

    assert len(trusted.smtp.mails_to(CUSTOMER)) == 1
    refused = MessageDelivery.objects.get(ticket=second)
    assert (refused.state, refused.message) == ("cancelled", None)
    assert "this address" in refused.provider_reply
    assert first.messages.count() == 2
    assert second.messages.count() == 1


@pytest.mark.parametrize("cap", ["inbox", "brand", "machine"])
def test_security8_a_flood_in_borrowed_names_makes_no_mail_cannon_of_the_desk(mailbox, trusted, cap):
    most = next(each.most for each in loop_caps.CONFIRMATIONS if each.name == cap)
    other = make_inbox(address="second@desk.test", brand=mailbox.brand) if cap == "brand" else mailbox
    machine = "203.0.113.9" if cap == "machine" else ""
    Reflex.objects.bulk_create(
        [
            Reflex(
                kind="confirmation", inbox=other, correspondent=f"victim{n}@elsewhere.test", machine=machine
            )
            for n in range(most)
        ]
    )

    ask(mailbox)
    row = MessageDelivery.objects.get()
    row.content["machine"] = machine
    row.save()
    sending.send_due()

    assert trusted.smtp.mails_to(CUSTOMER) == []
    assert Reflex.objects.get(correspondent=CUSTOMER).held_by == cap


def test_security8_one_mailbox_is_one_whatever_stands_behind_its_plus(mailbox, trusted):
    for number in range(3):
        ask(mailbox, sender=f"elena+{number}@elsewhere.test")

    sending.send_due()

    assert len([mail for mail in trusted.smtp.received if "elena+" in mail.recipients[0]]) == 1


def test_the_history_of_the_ticket_says_why_the_customer_was_told_nothing(mailbox, trusted, client):
    ask(mailbox)
    ticket = ask(mailbox)
    sending.send_due()

    client.force_login(make_agent())
    page = client.get(f"/t/{ticket.number}/").text

    assert "No confirmation was sent to the customer." in page
    assert "this address was sent one within the hour" in page


def test_the_card_of_the_inbox_warns_of_a_storm(mailbox, trusted, client):
    for _ in range(1 + storms.A_STORM):
        ask(mailbox)
    sending.send_due()
    Inbox.objects.update(last_checked_at=now())

    client.force_login(make_agent(role="Admin"))
    page = client.get("/settings/channels/").text

    assert "A storm of mail" in page
    assert (
        f"{storms.A_STORM} automatic mails or reopenings were held back within the hour, most for {CUSTOMER}."
        in page
    )


def test_a_second_try_is_not_counted_as_a_second_mail(mailbox, trusted):
    trusted.smtp.fail(CUSTOMER, Fault.RECIPIENT_LATER)
    ask(mailbox)
    sending.send_due()
    MessageDelivery.objects.update(next_at="2026-01-01T00:00Z")

    sending.send_due()

    assert len(trusted.smtp.mails_to(CUSTOMER)) == 1
    assert MessageDelivery.objects.get().state == "sent"


def test_the_event_may_be_handled_twice(mailbox):
    ticket = ask(mailbox)

    acknowledgements.queue([ticket.messages.get()])

    assert MessageDelivery.objects.count() == 1


def test_it_speaks_the_customers_language_where_the_desk_does(mailbox, trusted):
    ask(mailbox, headers={"Content-Language": "xx-!!"})
    ask(mailbox, sender="jo@elsewhere.test", headers={"Content-Language": "de"})

    sending.send_due()

    assert trusted.smtp.wait_for(CUSTOMER)[0].message["Content-Language"] == "en"
    assert trusted.smtp.wait_for("jo@elsewhere.test")[0].message["Content-Language"] == "de"


def test_two_desks_with_confirmations_do_not_talk_to_each_other_for_ever(mailbox, trusted):
    """Another desk's confirmation of our confirmation opens no ticket here that we would confirm."""
    ask(mailbox, sender="support@other-desk.test")
    sending.send_due()
    ours = trusted.smtp.wait_for("support@other-desk.test")[0].message

    echo = make_mail(
        "We have received your request",
        sender="support@other-desk.test",
        to=str(ours["Reply-To"]),
        in_reply_to=ours["Message-ID"].strip("<>"),
        headers={"Auto-Submitted": "auto-replied", "X-HelpDesk-Loop": "another desk's mark"},
    )
    receive(mailbox, echo)
    dispatch.process_events()
    sending.send_due()

    assert len(trusted.smtp.mails_to("support@other-desk.test")) == 1
    assert Ticket.objects.count() == 1


def test_the_form_is_confirmed_by_the_brands_mailbox(mailbox):
    from channels_inbox.form.submission import Submission

    form = make_inbox(address="ask", kind="form")
    sent = Submission(key="k" * 16, email=CUSTOMER, name="", subject="Hello", text="Hi", language="en")
    receive(form, sent.pack())
    dispatch.process_events()

    row = MessageDelivery.objects.get()
    assert (row.inbox, row.sender, row.recipients) == (mailbox, mailbox.address, {"to": [CUSTOMER]})
