"""Bcc: they get the mail, agents see it, and nobody else ever learns of them."""

from __future__ import annotations

import json

import pytest

from channels_inbox import sending
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent
from tests.tickets.portal import customer_client
from tickets import composing, dispatch
from tickets.models import Draft, Participant, Ticket
from tickets.services import replies
from tickets.surroundings import surroundings_of

pytestmark = pytest.mark.django_db
CUSTOMER, COLLEAGUE, HIDDEN = "elena@elsewhere.test", "bob@elsewhere.test", "lawyer@elsewhere.test"


@pytest.fixture
def agent():
    return make_agent(name="Ada Agent")


@pytest.fixture
def ticket(mailbox) -> Ticket:
    mailbox.acknowledge = False
    mailbox.save()
    asked = make_mail("For both.", sender=CUSTOMER, to=mailbox.address, headers={"Cc": COLLEAGUE})
    return receive(mailbox, asked).ticket


def answer(ticket, agent, words="Yes", **fields):
    message = replies.post_reply(ticket=ticket, author=agent, html=f"<p>{words}</p>", **fields)
    replies.send_now(message=message, actor=agent)
    dispatch.process_events()
    sending.send_due()
    return message


def test_security12_the_envelope_names_them_and_the_mail_does_not(ticket, agent, trusted):
    answer(ticket, agent, cc=[COLLEAGUE], bcc=[HIDDEN])

    (mail,) = trusted.smtp.wait_for(HIDDEN)
    assert mail.recipients == (CUSTOMER, COLLEAGUE, HIDDEN)
    assert HIDDEN.encode() not in mail.raw
    assert b"lawyer" not in mail.raw
    assert b"bcc" not in mail.raw.lower()


def test_security12_the_history_below_later_answers_does_not_name_them(ticket, agent, trusted):
    answer(ticket, agent, "The first answer", cc=[COLLEAGUE], bcc=[HIDDEN])
    answer(ticket, agent, "The second", cc=[COLLEAGUE])

    _first, second = trusted.smtp.wait_for(CUSTOMER, count=2)
    assert "The first answer" in second.message.get_body(("plain",)).get_content()
    assert HIDDEN.encode() not in second.raw
    assert second.recipients == (CUSTOMER, COLLEAGUE)


def test_who_never_had_the_history_gets_none_of_it(ticket, agent, trusted):
    answer(ticket, agent, cc=[COLLEAGUE], bcc=[HIDDEN])

    assert b"For both." not in trusted.smtp.wait_for(HIDDEN)[0].raw


def test_they_take_no_part_in_the_ticket_and_an_answer_to_all_does_not_name_them(ticket, agent, client):
    client.force_login(agent)

    client.post(f"/t/{ticket.number}/reply/", {"body": "Yes", "bcc": HIDDEN, "client_key": "k" * 32})

    ticket.refresh_from_db()
    assert ticket.messages.last().recipients["bcc"] == [HIDDEN]
    assert not Participant.objects.filter(customer__identities__value=HIDDEN).exists()
    begun = composing.composer(ticket, agent, surroundings_of(ticket, agent), last_event=0)
    assert HIDDEN not in begun.to + begun.cc
    assert COLLEAGUE in begun.cc


def test_security12_agents_see_them_and_customers_do_not(ticket, agent, client, trusted):
    answer(ticket, agent, bcc=[HIDDEN])
    client.force_login(agent)

    assert f"Bcc: {HIDDEN}" in client.get(f"/t/{ticket.number}/").text
    theirs = customer_client(ticket.requester).get(f"/requests/{ticket.number}/")
    assert theirs.status_code == 200
    assert "Yes" in theirs.text
    assert HIDDEN not in theirs.text


def test_what_they_write_back_is_held_until_an_agent_lets_it_in(ticket, agent, mailbox, trusted):
    answer(ticket, agent, bcc=[HIDDEN])
    got = trusted.smtp.wait_for(HIDDEN)[0].message

    back = make_mail(
        "I was hidden.", sender=HIDDEN, to=str(got["Reply-To"]), in_reply_to=got["Message-ID"].strip("<>")
    )
    receive(mailbox, back)

    assert ticket.messages.get(author_address=HIDDEN).is_held


def test_taking_an_answer_back_brings_them_back(ticket, agent, client):
    client.force_login(agent)
    message = replies.post_reply(ticket=ticket, author=agent, html="<p>Yes</p>", bcc=[HIDDEN])

    replies.undo_send(message=message, actor=agent)

    assert client.get(f"/t/{ticket.number}/draft/reply/").json()["bcc"] == HIDDEN


def test_a_draft_keeps_them(ticket, agent, client):
    client.force_login(agent)
    client.post(f"/t/{ticket.number}/draft/reply/", {"body": "x", "bcc": "half@", "revision": 0})

    assert Draft.objects.get().bcc == "half@"
    page = client.get(f"/t/{ticket.number}/").text
    assert 'name="bcc" value="half@"' in page


@pytest.mark.parametrize("field", ["cc", "bcc"])
@pytest.mark.parametrize("tag", ["", "+t1.abc"])
def test_an_address_of_the_desk_is_refused_by_name(ticket, agent, client, mailbox, field, tag):
    client.force_login(agent)
    local, _at, domain = mailbox.address.partition("@")
    ours = f"{local}{tag}@{domain}".upper()

    given = {"body": "Yes", field: ours, "client_key": "k" * 32}
    refused = client.post(f"/t/{ticket.number}/reply/", given, headers={"HX-Request": "true"})

    assert refused.status_code == 422
    assert "is an address of this desk" in refused.text
    assert ours in refused.text
    assert ticket.messages.count() == 1


def test_the_api_takes_and_shows_them(ticket, agent, client, mailbox):
    from tests.tickets.test_api import Api

    api = Api(client, agent)
    path = f"tickets/{ticket.number}/"

    made = api.post(path + "replies/", {"text": "Yes", "cc": [COLLEAGUE], "bcc": [HIDDEN]})
    refused = api.post(path + "replies/", {"text": "Yes", "bcc": [mailbox.address]})
    wrong = api.post(path + "replies/", {"text": "Yes", "bcc": ["nobody"]})

    expected = {"to": [CUSTOMER], "cc": [COLLEAGUE], "bcc": [HIDDEN]}
    assert (made.status_code, made.json()["recipients"]) == (201, expected)
    assert api.get(path + "messages/").json()["results"][-1]["recipients"] == expected
    assert (refused.status_code, wrong.status_code) == (400, 400)
    assert "address of this desk" in json.dumps(refused.json())
    assert "nobody" in json.dumps(wrong.json())


def test_who_is_seen_is_not_hidden_as_well(ticket, agent):
    message = replies.post_reply(
        ticket=ticket,
        author=agent,
        html="<p>Yes</p>",
        cc=[COLLEAGUE],
        bcc=[CUSTOMER.upper(), COLLEAGUE, HIDDEN],
    )

    assert message.recipients == {"to": [CUSTOMER], "cc": [COLLEAGUE], "bcc": [HIDDEN]}
