"""An agent answers a notification: to the customer, or to colleagues; and who cannot speak as an agent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import agents
from accounts.models import Customer
from channels_inbox import intake, ledger, quarantine
from channels_inbox.email import agent_address
from channels_inbox.email.agent_address import Bound
from channels_inbox.models import InboundPayload
from tests.channels_inbox.agent_mail.conftest import ADA, CUSTOMER, answering
from tests.channels_inbox.mails import accept, make_mail, receive
from tests.make import make_agent, make_customer, make_role
from tickets.models import Message
from tickets.services import participants, workflow

pytestmark = pytest.mark.django_db
CANARY = "canary-for-colleagues-4711"


def to_customer(mails) -> str:
    return "\n".join(mail.as_string() for mail in mails)


def test_an_answer_reaches_the_customer_as_the_agents_reply(answer, ticket, ada, deliver, inbox):
    outcome = answer()

    (mail,) = deliver(CUSTOMER)
    lines = mail.get_body(("plain",)).get_content().splitlines()
    assert (outcome.outcome, outcome.ticket) == ("reply_added", ticket)
    assert outcome.message.author_agent == ada
    assert outcome.message.text == "We have refunded it."
    assert lines[0] == "We have refunded it."
    assert mail["From"] == f'"Ada Byron (Northwind)" <{inbox.address}>'
    ticket.refresh_from_db()
    assert (ticket.status_id, ticket.waiting_since) == ("open", None)
    assert ledger.check().findings == []


def test_neither_the_quoted_mail_nor_the_way_to_answer_it_goes_along(answer, deliver):
    answer()

    said = to_customer(deliver(CUSTOMER))
    for words in ("Write your answer above", "#note", "Open the ticket", "+a", ADA):
        assert words not in said


def test_whoever_takes_part_gets_it_too(answer, ticket, ada, deliver):
    participants.add(ticket=ticket, addresses=["cfo@example.test"], actor=ada)

    answer()

    assert len(deliver("cfo@example.test")) == 1


def test_an_address_that_became_the_desks_own_gets_no_copy(answer, ticket, ada, inbox, deliver):
    participants.add(ticket=ticket, addresses=["old@example.test"], actor=ada)
    inbox.aliases = ["old@example.test"]
    inbox.save()

    assert answer().message.recipients["cc"] == []


def test_the_agent_is_no_customer_by_it(answer, told):
    before = Customer.objects.count()

    answer()

    assert Customer.objects.count() == before


@pytest.mark.parametrize("begins", ["#note", "/note", "#Note:", "# note", "\u200b#NOTE", "＃note", "#notiz"])
def test_an_answer_that_begins_with_note_is_for_colleagues(answer, deliver, ada, begins):
    outcome = answer(f"{begins}\n{CANARY}")

    assert (outcome.message.visibility, outcome.message.author_agent) == ("internal", ada)
    assert outcome.message.text == CANARY
    assert deliver(CUSTOMER) == []


def test_a_mistyped_command_is_for_colleagues_too(answer, deliver):
    outcome = answer(f"#nite {CANARY}")

    assert outcome.message.visibility == "internal"
    assert outcome.message.text.startswith("“#nite” is no command")
    assert deliver(CUSTOMER) == []


@pytest.mark.parametrize("text", ["#4711 has left our house.", "/etc/hosts is wrong.", "Take note."])
def test_numbers_and_paths_are_no_commands(answer, text):
    assert answer(text).message.is_public


def test_a_note_by_mail_stands_in_nothing_the_customer_gets_later(answer, deliver):
    answer(f"#note {CANARY}")

    answer("Here is your answer.", message_id="second@elsewhere.test")

    mails = deliver(CUSTOMER)
    assert len(mails) == 1
    assert CANARY not in to_customer(mails)


def test_files_go_along(answer, deliver):
    answer(files=[("invoice.pdf", b"%PDF-1.4 invoice")])

    (mail,) = deliver(CUSTOMER)
    assert [part.get_filename() for part in mail.iter_attachments()] == ["invoice.pdf"]


def test_the_mail_itself_is_proof_where_the_address_lost_its_tag(answer, inbox, ticket):
    assert answer(to=inbox.address).message.author_agent.email == ADA


def test_the_same_answer_by_two_ways_is_one(inbox, told, deliver):
    raw = answering(told, "Once.")
    receive(inbox, raw)

    outcome = receive(inbox, raw)

    assert outcome.outcome == "duplicate"
    assert len(deliver(CUSTOMER)) == 1


def test_out_of_office_reaches_nobody(answer, deliver, ticket):
    outcome = answer("I am on leave.", headers={"Auto-Submitted": "auto-replied"})

    assert (outcome.outcome, outcome.reason) == (
        "ignored",
        "An automatic reply of Ada Byron to a mail of the desk: nobody else gets it.",
    )
    assert deliver(CUSTOMER) == []
    assert ticket.messages.count() == 2


# ---- Who cannot speak as an agent


def held(outcome, ticket) -> str:
    """It is held, a ticket stands in for it, and the ticket it names has nothing of it. The reason."""
    assert outcome.outcome == "quarantined"
    assert outcome.ticket != ticket
    assert not ticket.messages.filter(author_agent__isnull=False).exists()
    assert ledger.check().findings == []
    return outcome.reason


def test_security2_the_address_alone_is_not_enough(answer, ticket, deliver):
    outcome = answer(sender="Mallory <mallory@evil.test>")

    assert held(outcome, ticket) == (
        f"It answers ticket #{ticket.number} in the name of Ada Byron, but comes from mallory@evil.test,"
        " which is not theirs."
    )
    assert deliver(CUSTOMER) == []


@pytest.mark.parametrize(
    ("verdicts", "reason"),
    [
        ("dmarc=fail", f"but the mail server found that {ADA} did not send it."),
        ("spf=fail; dkim=none; dmarc=none", f"but nothing proves that {ADA} sent it."),
        ("dkim=pass header.d=evil.test", f"but nothing proves that {ADA} sent it."),
    ],
)
def test_a_forged_sender_is_held(answer, ticket, verdicts, reason):
    outcome = answer(headers={"Authentication-Results": f"mx.desk.test; {verdicts}"})

    assert held(outcome, ticket).endswith(reason)


@pytest.mark.parametrize("verdicts", ["dmarc=pass", "dkim=pass header.d=elsewhere.test"])
def test_a_proven_sender_is_not(answer, verdicts):
    assert answer(headers={"Authentication-Results": f"mx.desk.test; {verdicts}"}).outcome == "reply_added"


def test_who_was_let_go_does_not_speak_any_more(answer, ticket, ada):
    agents.deactivate(ada, actor=None)

    assert held(answer(), ticket) == (
        f"It answers ticket #{ticket.number} in the name of Ada Byron, who is no longer active here."
    )


def test_security4_who_may_not_see_the_ticket_any_more_does_not_speak_in_it(answer, ticket, ada):
    workflow.assign(ticket=ticket, assignee=None, actor=None)
    ada.roles.set([make_role("Team agent")])

    assert (
        held(answer(), ticket) == f"It answers ticket #{ticket.number}, which Ada Byron may not see any more."
    )


def test_who_may_only_write_notes_writes_notes(answer, ticket, ada):
    ada.roles.set([make_role("Light agent")])

    assert held(answer(), ticket).endswith("may not answer customers. A note would begin with #note.")
    assert answer("#note Look at the invoice.", message_id="second@elsewhere.test").message.is_note


def test_an_agent_hears_that_their_answer_was_not_sent(inbox, told, ada, deliver):
    receive(inbox, answering(told, ""))
    intake.process_due()

    notice = deliver(ADA)[-1]
    text = notice.get_body(("plain",)).get_content()
    assert "was not sent" in notice["Subject"]
    assert "nothing stands above the quoted text" in text
    assert len(deliver(ADA)) == 2


def test_nobody_else_hears_of_it(answer, deliver):
    answer(sender="Mallory <mallory@evil.test>")

    assert deliver("mallory@evil.test") == []
    assert len(deliver(ADA)) == 1


def test_an_answer_that_says_nothing_is_held(inbox, told, ticket):
    raw = answering(told, "")

    assert held(receive(inbox, raw), ticket).endswith("but nothing stands above the quoted text.")


def test_what_a_person_lets_in_is_the_agents_answer(answer, ticket, ada, deliver):
    answer(sender="Ada at home <ada@home.test>")
    payload = InboundPayload.objects.get(state="quarantined")
    stand_in = payload.ticket

    quarantine.release(payload, actor=make_agent(role="Admin").as_actor)
    intake.process_due()

    stand_in.refresh_from_db()
    assert ticket.messages.last().author_agent == ada
    assert len(deliver(CUSTOMER)) == 1
    assert stand_in.status_id == "solved"


def test_letting_it_in_gives_nobody_back_what_they_may_not(answer, ticket, ada):
    agents.deactivate(ada, actor=None)
    answer()

    quarantine.release(InboundPayload.objects.get(state="quarantined"), actor=make_agent().as_actor)
    intake.process_due()

    assert InboundPayload.objects.filter(state="quarantined").count() == 1
    assert not Message.objects.filter(author_agent=ada).exists()


@pytest.mark.parametrize("cut", [0, 1, 25, 27])
def test_security3_only_the_exact_proof_counts(inbox, ticket, ada, cut):
    whole = agent_address.sign(inbox.address, Bound(ada.pk, ticket.number))
    head, _dot, mac = whole.partition("@")[0].rpartition(".")
    forged = f"{head}.{(mac + 'a')[:cut]}@{whole.rpartition('@')[2]}"

    receive(inbox, make_mail("As Ada.", sender=f"Ada <{ADA}>", to=forged, headers={"Delivered-To": forged}))

    assert not Message.objects.filter(author_agent=ada).exists()


def test_security2_guessed_message_ids_are_no_proof(inbox, ticket, ada):
    for guessed in (
        f"a{ada.pk}.t{ticket.number}.0.{'a' * 26}@desk.test",
        f"notify-{ticket.pk}-{ada.pk}@desk.test",
    ):
        receive(inbox, make_mail("As Ada.", sender=f"Ada <{ADA}>", in_reply_to=guessed))

    assert not Message.objects.filter(author_agent=ada).exists()


@given(st.text(max_size=64))
def test_no_other_address_is_read_as_signed(local):
    assert agent_address.read(f"support+{local}@desk.test") is None


def test_one_agents_address_serves_no_other(inbox, told, ticket):
    make_agent(name="Grace", email="grace@elsewhere.test")

    outcome = receive(inbox, answering(told, "As Grace.", sender="grace@elsewhere.test"))

    assert "comes from grace@elsewhere.test" in held(outcome, ticket)


def test_a_customers_address_does_not_make_an_agent(inbox, ticket):
    """The address that customers answer to stays theirs: an agent who writes there is held as any stranger."""
    make_customer(email=ADA)
    from channels_inbox.email import reply_address

    outcome = receive(
        inbox, make_mail("Hello", sender=f"Ada <{ADA}>", to=reply_address.sign(inbox.address, ticket.number))
    )

    assert outcome.message.author_agent is None
    assert outcome.message.is_held


def test_released_payloads_are_read_by_intake(inbox, told):
    payload = accept(inbox, answering(told, "Straight."))

    assert intake.process(payload).outcome == "reply_added"
