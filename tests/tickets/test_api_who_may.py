"""Every address of the API against every kind of caller. What a token may not see does not exist."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver

from accounts import api_tokens
from accounts.api.scopes import Scope
from helpdesk import api
from tests.make import make_agent, make_customer, make_message, make_ticket
from tests.test_doors import addresses
from tests.tickets.portal import customer_client
from tickets import files
from tickets.models import Message
from tickets.services import replies

pytestmark = pytest.mark.django_db

PEOPLE = ("nobody", "customer", "agent by cookie", "other team", "observer", "agent", "agent, no scope")
REFUSED = {"nobody": 401, "customer": 401, "agent by cookie": 401, "agent, no scope": 403}
# Each address with what a request needs, and who gets through besides those who always do not.
READS = {"observer", "agent"}
EVERYBODY = {"other team", "observer", "agent"}  # a list of one's own, which may be empty
WORK = {"agent"}
MATRIX = {
    "GET tickets/": (EVERYBODY, None),
    "POST tickets/": (
        {"agent", "other team"},
        {"subject": "x", "text": "y", "requester": {"email": "new@example.org"}},
    ),
    "GET tickets/{number}/": (READS, None),
    "PATCH tickets/{number}/": (WORK, {"priority": "high"}),
    "GET tickets/{number}/messages/": (READS, None),
    "GET tickets/{number}/events/": (READS, None),
    "POST tickets/{number}/replies/": (WORK, {"text": "Hello"}),
    "POST tickets/{number}/notes/": (WORK, {"text": "Hello"}),
    "POST tickets/{number}/uploads/": (WORK, "file"),
    "GET attachments/{token}/": (READS, None),
    # Customers belong to the desk, not to a team: whoever may read people reads them all.
    "GET customers/": (EVERYBODY, None),
    "POST customers/": ({"agent", "other team"}, {"email": "new@example.org", "name": "N"}),
    "GET customers/{customer}/": (EVERYBODY, None),
    "PATCH customers/{customer}/": ({"agent", "other team"}, {"name": "N"}),
}


@pytest.fixture
def scene():
    ticket = make_ticket(team="Support", status="open")
    [file] = files.store(
        [files.NewFile(name="a.txt", content=b"x")], ticket=ticket, message=ticket.messages.first()
    )
    return {"number": ticket.number, "token": file.token, "customer": ticket.requester_id}


def caller(who):
    """A client, and the headers of its requests."""
    if who == "customer":
        return customer_client(make_customer()), {}
    client = Client()
    if who == "nobody":
        return client, {}
    if who == "agent by cookie":
        client.force_login(make_agent(role="Admin"))
        return client, {}
    role = {"other team": "Team agent", "observer": "Observer"}.get(who, "Agent")
    scopes = [] if who == "agent, no scope" else Scope.values
    _token, plain = api_tokens.issue(agent=make_agent(role=role, team="Billing"), name="t", scopes=scopes)
    return client, {"Authorization": f"Bearer {plain}"}


def ask(who, name, scene):
    client, headers = caller(who)
    method, _space, path = name.partition(" ")
    body = MATRIX[name][1]
    address = f"/api/v1/{path.format(**scene)}"
    if body == "file":
        return client.post(address, {"file": SimpleUploadedFile("a.txt", b"x")}, headers=headers)
    return client.generic(method, address, json.dumps(body or {}), "application/json", headers=headers)


def test_no_address_of_the_api_is_forgotten_here(scene):
    known = {name.partition(" ")[2].format(number="1", token="x", customer="1") for name in MATRIX}
    there = {address.rstrip("/") for address in addresses(get_resolver(api.__name__))}
    there = {address for address in there if address and not address.startswith(("schema", "docs"))}
    plain = {address.removesuffix(".1").removesuffix("1") for address in there if "." in address}

    # The router offers each address once more with the form of the answer behind it: the same view.
    assert {address for address in there if "." not in address} - {
        each.rstrip("/") for each in known
    } - plain == set()


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", MATRIX)
def test_security44_each_caller_gets_what_they_may(scene, name, who):
    answer = ask(who, name, scene)
    if answer.streaming:
        b"".join(answer)

    if who in REFUSED:
        assert answer.status_code == REFUSED[who]
    elif who in MATRIX[name][0]:
        assert answer.status_code in (200, 201)
    else:
        out_of_sight = who == "other team" and "{" in name
        assert answer.status_code == (404 if out_of_sight else 403)


def test_security44_nothing_of_a_ticket_out_of_sight_is_listed_or_counted():
    make_ticket(team="Support", subject="Secret merger")
    client, headers = caller("other team")

    for query in ("", "?team=Support", "?status=new", "?page_size=1"):
        answer = client.get(f"/api/v1/tickets/{query}", headers=headers)
        assert answer.json()["results"] == []
        assert "Secret" not in answer.content.decode()


# Nested addresses of the agents' side, with the id of something that belongs to another ticket.
NESTED = {
    "messages/{message}/": "get",
    "messages/{message}/body/": "get",
    "messages/{message}/picture/": "get",
    "messages/{message}/original/": "get",
    "messages/{message}/original/raw/": "get",
    "messages/{message}/why/": "get",
    "messages/{message}/forward/": "get",
    "messages/{message}/share/": "post",
    "messages/{message}/arrived/": "post",
    "messages/{message}/undo/": "post",
    "messages/{message}/send-now/": "post",
    "messages/{message}/retry/": "post",
    "messages/{message}/accept/": "post",
    "participants/{participant}/remove/": "post",
}


@pytest.mark.parametrize("part", NESTED)
def test_security53_what_belongs_to_another_ticket_is_not_found_under_this_one(client, part):
    agent = make_agent(role="Admin")
    client.force_login(agent)
    here, elsewhere = make_ticket(status="open"), make_ticket(status="open")
    make_message(elsewhere, text="x", html="<table><tr><td>x</table>", participants=[make_customer()])
    message = replies.post_reply(ticket=elsewhere, author=agent, html="<p>x</p>")
    ids = {"message": message.pk, "participant": elsewhere.participants.get().pk}
    before = Message.objects.values_list("delivery", flat=True).get(pk=message.pk)

    answer = getattr(client, NESTED[part])(f"/t/{here.number}/{part.format(**ids)}")

    assert answer.status_code == 404
    assert Message.objects.values_list("delivery", flat=True).get(pk=message.pk) == before
    assert elsewhere.participants.filter(removed_at=None).count() == 1


def test_security53_every_nested_address_is_walked():
    nested = {
        address.removeprefix("t/1/")
        for address in addresses()
        if address.startswith("t/1/") and address.count("/1/") > 1
    }

    assert {part.format(message=1, participant=1) for part in NESTED} == nested


def test_security53_a_file_of_another_ticket_joins_no_reply_over_the_api(client):
    agent = make_agent()
    _token, plain = api_tokens.issue(agent=agent, name="t", scopes=Scope.values)
    here, elsewhere = make_ticket(status="open"), make_ticket(status="open")
    [file] = files.store([files.NewFile(name="a", content=b"x")], ticket=elsewhere, uploaded_by=agent)

    answer = client.post(
        f"/api/v1/tickets/{here.number}/replies/",
        json.dumps({"text": "x", "attachments": [file.token]}),
        "application/json",
        headers={"Authorization": f"Bearer {plain}"},
    )

    assert answer.status_code == 400
    assert not here.messages.filter(direction="out").exists()
