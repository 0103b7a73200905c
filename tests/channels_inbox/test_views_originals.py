"""A message as it came, for whoever sees its ticket."""

from __future__ import annotations

import pytest
from django.urls import reverse

from channels_inbox import source
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_inbox, make_team, make_ticket
from tickets import panels
from tickets.services import replies

pytestmark = pytest.mark.django_db
RAW = make_mail("It says twice.", headers={"X-Mailer": "Carrier Pigeon 1.0"})


@pytest.fixture
def message():
    return receive(make_inbox(team=make_team("Billing")), RAW).message


def original(client, message, name="original"):
    return client.get(reverse(f"channels_inbox:{name}", args=[message.ticket.number, message.pk]))


def test_headers_and_source_are_shown(client, message):
    client.force_login(make_agent())

    page = original(client, message)

    assert "Carrier Pigeon 1.0" in page.text
    assert "It says twice." in page.text


def test_a_dialog_gets_the_part_alone(client, message):
    client.force_login(make_agent())

    address = reverse("channels_inbox:original", args=[message.ticket.number, message.pk])
    part = client.get(address, headers={"HX-Request": "true"})

    assert "<html" not in part.text
    assert "Carrier Pigeon 1.0" in part.text


def test_the_raw_mail_is_a_download(client, message):
    client.force_login(make_agent())

    answer = original(client, message, "original_raw")

    assert answer.content == RAW
    assert (
        answer["Content-Disposition"]
        == f'attachment; filename="ticket-{message.ticket.number}-message-{message.pk}.eml"'
    )


@pytest.mark.parametrize("name", ["original", "original_raw"])
def test_who_does_not_see_the_ticket_does_not_see_its_originals(client, message, name):
    client.force_login(make_agent(role="Team agent", team="Support"))
    assert original(client, message, name).status_code == 404

    client.force_login(make_agent(role="Team agent", team="Billing"))
    assert original(client, message, name).status_code == 200


def test_the_number_of_another_ticket_does_not_help(client, message):
    client.force_login(make_agent())
    other = make_ticket()

    address = reverse("channels_inbox:original", args=[other.number, message.pk])

    assert client.get(address).status_code == 404


def test_an_answer_of_ours_has_no_original(client, message):
    agent = make_agent()
    client.force_login(agent)
    reply = replies.post_reply(ticket=message.ticket, author=agent, html="<p>Here you are.</p>")

    assert original(client, reply).status_code == 404


def test_the_ticket_page_offers_it_for_mail_that_came_in(message):
    ours = replies.post_reply(ticket=message.ticket, author=make_agent(), html="<p>Here you are.</p>")

    offered = {verb.url_name: url for verb, url in panels.verbs_for(message)}

    assert offered["channels_inbox:original"].endswith(f"/messages/{message.pk}/original/")
    assert "channels_inbox:original" not in {verb.url_name for verb, _url in panels.verbs_for(ours)}


# ---- The source


@pytest.mark.parametrize(
    ("raw", "headers", "body"),
    [
        (b"A: 1\r\nB: two\r\n words\r\n\r\nBody", [("A", "1"), ("B", "two words")], "Body"),
        (b"A: 1\n\nBody\n", [("A", "1")], "Body\n"),
        (b"no colon here\r\n\r\n", [("", "no colon here")], ""),
        (b"", [], ""),
        (b"A: \xe4\xf6\r\n\r\n\xff", [("A", "äö")], "ÿ"),
        ("A: \u202eabc\r\n\r\nx\x00y".encode(), [("A", "\ufffdabc")], "x\ufffdy"),
    ],
)
def test_a_source_is_taken_as_it_is(raw, headers, body):
    found = source.of(raw)

    assert (found.headers, found.body, found.is_cut) == (headers, body, False)


def test_a_long_source_is_cut():
    assert source.of(b"A: 1\r\n\r\n" + b"x" * 100_000).is_cut
    assert source.of(b"A" * 200_000).is_cut
