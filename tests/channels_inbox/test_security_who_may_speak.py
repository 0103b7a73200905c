"""Rows 1 to 7 of the known failures: who may write into a ticket by mail, and who may read by it."""

from __future__ import annotations

import pytest

from accounts import customers
from channels_inbox import intake, outgoing, quarantine
from channels_inbox.email import loop_mark, reply_address
from channels_inbox.email import mailbox as mailboxes
from channels_inbox.models import InboundPayload, MessageDelivery
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_customer, make_inbox
from tests.tickets.portal import customer_client
from tickets import dispatch
from tickets.models import Message, Participant, Ticket
from tickets.services import replies

pytestmark = pytest.mark.django_db
REQUESTER, ATTACKER = "elena@example.org", "eve@evil.test"
SECRET = "The code of the safe is 4711."
SERVER = "mx.desk.test"


def verdict(dmarc: str, *, server: str = SERVER, more: str = "spf=none") -> dict[str, str]:
    return {"Authentication-Results": f"{server}; {more}; dmarc={dmarc} header.from=example.org"}


@pytest.fixture
def inbox():
    return make_inbox(settings={"authserv_id": SERVER})


@pytest.fixture
def ticket(inbox) -> Ticket:
    ticket = receive(inbox, make_mail(SECRET, message_id="question@example.org")).ticket
    dispatch.process_events()
    return ticket


def signed(ticket: Ticket) -> str:
    return reply_address.sign("support@desk.test", ticket.number)


def spoof(inbox, ticket: Ticket, headers: dict[str, str]) -> Message:
    """In the requester's name, to the right address, with the attacker in copy."""
    raw = make_mail("Please answer us both.", to=signed(ticket), headers={"Cc": ATTACKER, **headers})
    return receive(inbox, raw).message


def told(address: str) -> list[str]:
    """Every mail that would leave to this address, as text."""
    dispatch.process_events()
    rows = MessageDelivery.objects.exclude(state="cancelled").order_by("pk")
    letters = [outgoing.write(row) for row in rows if row.kind == "reply"]
    return [
        letter.text + letter.html for letter in letters if address in (*letter.to, *letter.cc, *letter.bcc)
    ]


# ---- 1: a copy taken from a forged mail


@pytest.mark.parametrize("dmarc", ["fail", "none"])
def test_security1_a_forged_mail_lets_nobody_in(inbox, ticket, dmarc):
    message = spoof(inbox, ticket, verdict(dmarc))

    replies.post_reply(
        ticket=ticket, author=make_agent(), html="<p>Dear Elena</p>", cc=replies.everybody_else(ticket)
    )

    assert message.ticket == ticket
    assert message.facts["not_joined"] == [ATTACKER]
    assert not Participant.objects.exists()
    assert told(ATTACKER) == []
    portal = customer_client(make_customer(email=ATTACKER))
    assert portal.get(f"/requests/{ticket.number}/").status_code == 404


def test_security1_what_fails_dmarc_is_kept_for_agents_alone(inbox, ticket, client):
    message = spoof(inbox, ticket, verdict("fail"))

    client.force_login(make_agent())
    page = client.get(f"/t/{ticket.number}/").text

    assert message.is_held
    assert message not in Message.objects.public()
    assert "Please answer us both." in page
    assert "Sender doubtful" in page
    assert (
        "Please answer us both."
        not in customer_client(ticket.requester).get(f"/requests/{ticket.number}/").text
    )


def test_security1_nor_does_a_forged_mail_that_opens_a_ticket(inbox):
    opened = receive(inbox, make_mail(headers={"Cc": ATTACKER, **verdict("fail")}))

    assert opened.ticket.participants.count() == 0
    assert opened.message.facts["not_joined"] == [ATTACKER]


def test_security1_who_is_proven_may_bring_somebody_in_but_not_to_what_was_said_before(inbox, ticket):
    spoof(inbox, ticket, verdict("pass"))  # no spoof this time

    assert [person.customer.email for person in Participant.objects.all()] == [ATTACKER]
    replies.post_reply(
        ticket=ticket, author=make_agent(), html="<p>To both</p>", cc=replies.everybody_else(ticket)
    )
    [letter] = told(ATTACKER)
    assert "To both" in letter
    assert SECRET not in letter
    assert SECRET in receive(inbox, make_mail(to=signed(ticket))).ticket.messages.first().text
    portal = customer_client(make_customer(email=ATTACKER))
    assert portal.get(f"/requests/{ticket.number}/").status_code == 404


def test_security1_a_domain_without_dmarc_is_proven_by_its_own_signature(inbox, ticket):
    spoof(inbox, ticket, verdict("none", more="dkim=pass header.d=example.org"))

    assert [person.customer.email for person in Participant.objects.all()] == [ATTACKER]


def test_security1_who_takes_part_already_stays_in_copy_whoever_writes(inbox, ticket):
    Participant.objects.create(ticket=ticket, customer=make_customer(email="bob@example.org"))

    raw = make_mail(to=signed(ticket), headers={"Cc": f"bob@example.org, {ATTACKER}", **verdict("none")})

    assert receive(inbox, raw).message.facts["not_joined"] == [ATTACKER]
    assert Participant.objects.count() == 1


@pytest.mark.parametrize(
    "header",
    [
        "mx.evil.test; dmarc=pass header.from=example.org",
        "mx.desk.test.evil.test; dmarc=pass",
        "MX.DESK.TEST@evil; dmarc=pass",
    ],
)
def test_security1_a_verdict_of_anybody_else_proves_nothing(inbox, ticket, header):
    """Only the topmost one counts, and only where our own server wrote it."""
    raw = make_mail(to=signed(ticket), headers={"Cc": ATTACKER})
    own, forged = verdict("fail")["Authentication-Results"], header
    stacked = f"Authentication-Results: {own}\nAuthentication-Results: {forged}\n".encode() + raw

    assert receive(inbox, stacked).message.is_held
    below = f"Authentication-Results: {forged}\nAuthentication-Results: {verdict('pass')['Authentication-Results']}\n"
    assert (
        "sender_checks"
        not in receive(inbox, below.encode() + make_mail("Again", to=signed(ticket))).message.facts
    )


# ---- E18: what fails may be put into quarantine


def test_what_fails_dmarc_is_quarantined_where_the_inbox_wants_that(inbox, ticket):
    inbox.settings["failed_check"] = "quarantine"
    inbox.save()

    outcome = receive(inbox, make_mail("Pay at once", headers=verdict("fail")))

    payload = InboundPayload.objects.get(state="quarantined")
    assert outcome.outcome == "quarantined"
    assert payload.reason.startswith("The mail server found")
    assert outcome.ticket.messages.get().facts["quarantined"] == payload.reason
    assert not Message.objects.filter(text__contains="Pay at once").exists()


def test_a_person_may_let_it_in_all_the_same(inbox):
    inbox.settings["failed_check"] = "quarantine"
    inbox.save()
    receive(inbox, make_mail("It is really me", headers=verdict("fail")))
    payload = InboundPayload.objects.get()

    quarantine.release(payload, actor=make_agent(role="Admin").as_actor)
    intake.process_due()

    message = Message.objects.get(text__contains="It is really me")
    assert message.facts["spoofed"]


@pytest.mark.parametrize("dmarc", ["pass", "none"])
def test_what_does_not_fail_is_not_quarantined(inbox, dmarc):
    inbox.settings["failed_check"] = "quarantine"
    inbox.save()

    assert receive(inbox, make_mail(headers=verdict(dmarc))).outcome == "ticket_opened"


# ---- 2: never an agent's message by guessing


@pytest.mark.parametrize("sender", [ATTACKER, "agent@desk.test", REQUESTER])
@pytest.mark.parametrize(
    "guess",
    [
        "notify-1-1@desk.test",
        "t{number}.1@desk.test",
        "t{number}.1.{mac}@desk.test",
        "a{agent}.t{number}.1@desk.test",
        "a{agent}.t{number}.1.{mac}@desk.test",
        "<a{agent}.t{number}.0.{short}@desk.test>",
    ],
)
def test_security2_a_guessed_id_never_makes_an_agents_message(inbox, ticket, sender, guess):
    agent = make_agent(email="agent@desk.test")
    name = guess.format(number=ticket.number, agent=agent.pk, mac="a" * 26, short="a" * 8).strip("<>")

    receive(inbox, make_mail("Transfer it to me.", sender=sender, in_reply_to=name, to="support@desk.test"))

    assert not Message.objects.exclude(author_agent=None).exists()
    assert not Message.objects.filter(direction="out", automatic=False).exists()


# ---- 5: whoever wrote it stands above it


def test_security5_the_author_is_who_wrote_and_the_requester_stays(inbox, ticket, client):
    message = receive(
        inbox, make_mail("I am the boss now.", sender=f"Elena Lindqvist <{ATTACKER}>", to=signed(ticket))
    ).message

    client.force_login(make_agent())
    page = client.get(f"/t/{ticket.number}/").text
    ticket.refresh_from_db()
    assert (message.author_address, message.is_held) == (ATTACKER, True)
    assert ticket.requester.email == REQUESTER
    assert ATTACKER in page
    assert "Held" in page
    assert message.author_customer.email == ATTACKER


# ---- 6: whatever is refused is stored and seen


def test_security6_nothing_that_was_fetched_is_gone(make_mailbox, trusted, client):
    inbox = make_mailbox(authserv_id=SERVER, failed_check="quarantine")
    ticket = receive(inbox, make_mail(to=inbox.address)).ticket
    customers.block(make_customer(email="blocked@evil.test"), actor=make_agent().as_actor)
    agent = make_agent(email="agent@desk.test")
    deliveries = [
        make_mail(sender=ATTACKER, to=reply_address.sign(inbox.address, ticket.number)),
        make_mail(headers=verdict("fail")),
        make_mail(sender="blocked@evil.test"),
        make_mail(sender=inbox.address),
        make_mail(headers={loop_mark.HEADER: loop_mark.mark()}),
        make_mail(in_reply_to=f"a{agent.pk}.t{ticket.number}.1.{'a' * 26}@desk.test"),
        make_mail(sender=ATTACKER, subject=f"[#{ticket.number}]"),
        b"Subject: Nobody\r\n\r\nNobody wrote this.",
        make_mail("<a@b.test>:\nno mailbox here.", sender="MAILER-DAEMON@x.test", subject="failure notice"),
        b"Cc: " + b"a@b.test, " * 3000 + b"\r\n" + make_mail(),
        b"\x00\xff\x00",
    ]
    before = InboundPayload.objects.count()
    for raw in deliveries:
        trusted.imap.deliver(inbox.address, raw)

    mailboxes.poll(inbox)
    intake.process_due()

    settled = InboundPayload.objects.order_by("pk")[before:]
    assert len(settled) == len(deliveries)
    assert {payload.state for payload in settled} <= {"done", "ignored", "quarantined"}
    assert all(payload.reason or payload.message_id for payload in settled)
    client.force_login(make_agent(role="Admin"))
    pages = client.get("/settings/quarantine/").text + client.get("/settings/quarantine/?show=ignored").text
    unseen = [
        payload.pk
        for payload in settled
        if payload.state != "done" and f"/settings/quarantine/{payload.pk}/" not in pages
    ]
    assert unseen == []


# ---- 7: what steers our desk cannot be said from outside

CONTROLS = (
    "X-HelpDesk-Loop",
    "X-HelpDesk-Ticket",
    "X-HelpDesk-Agent",
    "X-HelpDesk-Status",
    "X-HelpDesk-Visibility",
    "X-Zammad-Ticket-Priority",
    "X-OTRS-Queue",
    "X-RT-Incoming-Encryption",
    "RT-Attach",
    "RT-Send-Cc",
    "Resent-To",
    "Bcc",
)


@pytest.mark.parametrize("write", [str, str.upper, str.lower, lambda name: name.title().swapcase()])
def test_security7_no_header_steers_the_desk(inbox, ticket, write):
    plain = receive(inbox, make_mail("The same words.", to=signed(ticket))).message
    lines = "".join(
        f"{write(name)}:\r\n {value}\r\n" for name in CONTROLS for value in ("42", "agent", ATTACKER)
    )

    message = receive(inbox, lines.encode() + make_mail("The same words.", to=signed(ticket))).message

    compared = (
        "ticket_id",
        "visibility",
        "direction",
        "author_agent_id",
        "is_held",
        "automatic",
        "recipients",
    )
    assert [getattr(message, name) for name in compared] == [getattr(plain, name) for name in compared]
    assert not Participant.objects.exists()
    assert told(ATTACKER) == []
