"""The REST API: reads through visible_to, writes through the services."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import api_tokens
from accounts.api.scopes import Scope
from tests.make import make_agent, make_customer, make_message, make_ticket
from tickets.models import Message
from tickets.services import replies, workflow

pytestmark = pytest.mark.django_db


class Api:
    """A client with a token."""

    def __init__(self, client, agent, scopes=tuple(Scope.values)):
        self.client, self.agent = client, agent
        self.token, plain = api_tokens.issue(agent=agent, name="test", scopes=scopes)
        self.headers = {"Authorization": f"Bearer {plain}"}

    def get(self, path, **params):
        return self.client.get(f"/api/v1/{path}", params, headers=self.headers)

    def send(self, method, path, body, **headers):
        call = getattr(self.client, method)
        return call(
            f"/api/v1/{path}", json.dumps(body), "application/json", headers={**self.headers, **headers}
        )

    def post(self, path, body, **headers):
        return self.send("post", path, body, **headers)

    def patch(self, path, body):
        return self.send("patch", path, body)


@pytest.fixture
def api(client):
    return Api(client, make_agent())


def test_a_ticket_and_its_conversation_can_be_read(api):
    ticket = make_ticket(subject="Printer on fire")

    assert api.get(f"tickets/{ticket.number}/").json()["subject"] == "Printer on fire"
    [message] = api.get(f"tickets/{ticket.number}/messages/").json()["results"]
    assert message["author"]["kind"] == "customer"


def test_the_list_pages_by_cursor_and_never_twice(api):
    numbers = {make_ticket().number for _n in range(5)}

    first = api.get("tickets/", page_size=3).json()
    second = api.client.get(first["next"], headers=api.headers).json()

    assert {ticket["number"] for ticket in first["results"] + second["results"]} == numbers
    assert second["next"] is None


@pytest.mark.parametrize("rows", [3, 12])
def test_the_list_costs_the_same_queries_for_few_and_many(api, rows, django_assert_num_queries):
    for _n in range(rows):
        workflow.tag(ticket=make_ticket(), add=["a"], actor="test")

    with django_assert_num_queries(6):  # token, its use, limiter, roles, tickets, tags
        api.get("tickets/", page_size=50)


def test_the_list_can_be_narrowed(api):
    make_ticket(status="open")
    solved = make_ticket(status="solved")

    found = api.get("tickets/", status="solved").json()["results"]

    assert [ticket["number"] for ticket in found] == [solved.number]


def test_nonsense_in_a_filter_is_a_clear_error(api):
    answer = api.get("tickets/", updated_since="yesterday-ish")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_what_an_agent_may_not_see_does_not_exist(client):
    ticket = make_ticket(team="Billing")
    api = Api(client, make_agent(role="Team agent", team="Support"))

    assert api.get("tickets/").json()["results"] == []
    for path in ("", "messages/", "events/"):
        assert api.get(f"tickets/{ticket.number}/{path}").status_code == 404
    assert api.post(f"tickets/{ticket.number}/replies/", {"text": "hi"}).status_code == 404
    assert api.patch(f"tickets/{ticket.number}/", {"status": "solved"}).status_code == 404


def test_an_observer_may_look_but_not_touch(client):
    ticket = make_ticket()
    api = Api(client, make_agent(role="Observer"))

    assert api.get(f"tickets/{ticket.number}/").status_code == 200
    assert api.post(f"tickets/{ticket.number}/replies/", {"text": "hi"}).status_code == 403
    assert api.patch(f"tickets/{ticket.number}/", {"status": "solved"}).status_code == 403


def test_a_token_does_no_more_than_its_scopes(client):
    ticket = make_ticket()
    api = Api(client, make_agent(), scopes=[Scope.TICKETS_READ])

    refused = api.post(f"tickets/{ticket.number}/replies/", {"text": "hi"})

    assert refused.status_code == 403
    assert "tickets:write" in refused.json()["detail"]


def test_notes_are_only_shown_to_tokens_that_may_read_them(client):
    ticket, agent = make_ticket(), make_agent()
    replies.add_note(ticket=ticket, author=agent, html="<p>canary</p>")
    path = f"tickets/{ticket.number}/messages/"

    assert "canary" in Api(client, agent).get(path).content.decode()
    assert "canary" not in Api(client, agent, scopes=[Scope.TICKETS_READ]).get(path).content.decode()


def test_a_ticket_can_be_opened_and_answered(api):
    opened = api.post(
        "tickets/", {"requester": {"email": "Ana@Example.org"}, "subject": "Hi", "text": "Help"}
    )
    number = opened.json()["number"]

    answer = api.post(f"tickets/{number}/replies/", {"text": "Here you are.", "status": "solved"})

    assert (opened.status_code, answer.status_code) == (201, 201)
    assert answer.json()["delivery"] == "queued"
    assert api.get(f"tickets/{number}/").json()["status"] == "solved"


def test_fault43_the_same_key_gives_the_same_answer_and_one_message(api):
    ticket = make_ticket()
    path, body = f"tickets/{ticket.number}/replies/", {"text": "Once."}

    first = api.post(path, body, **{"Idempotency-Key": "k1"})
    again = api.post(path, body, **{"Idempotency-Key": "k1"})

    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert ticket.messages.filter(direction="out").count() == 1


def test_a_key_cannot_be_used_for_something_else(api):
    ticket = make_ticket()
    path = f"tickets/{ticket.number}/replies/"
    api.post(path, {"text": "One."}, **{"Idempotency-Key": "k1"})

    assert api.post(path, {"text": "Two."}, **{"Idempotency-Key": "k1"}).status_code == 422


def test_properties_change_together_or_not_at_all(api):
    ticket = make_ticket(status="closed")

    refused = api.patch(f"tickets/{ticket.number}/", {"priority": "urgent", "status": "open"})

    ticket.refresh_from_db()
    assert refused.status_code == 409
    assert ticket.priority == 2


def test_a_version_guards_against_overwriting(api):
    ticket = make_ticket()
    seen = ticket.version
    workflow.change_priority(ticket=ticket, priority=4, actor="somebody")

    refused = api.patch(f"tickets/{ticket.number}/", {"version": seen, "priority": "low"})

    assert refused.status_code == 409


@pytest.mark.parametrize("field", ["number", "brand", "requester", "category", "no_such"])
def test_security54_fields_that_cannot_be_set_are_refused(api, field):
    refused = api.patch(f"tickets/{make_ticket().number}/", {field: 1})

    assert refused.status_code == 400
    assert field in refused.json()["errors"]


def test_a_file_is_uploaded_sent_and_fetched(api):
    ticket = make_ticket()
    upload = SimpleUploadedFile("bill.txt", b"49 euro", "text/plain")
    [stored] = api.client.post(
        f"/api/v1/tickets/{ticket.number}/uploads/", {"file": upload}, headers=api.headers
    ).json()

    answer = api.post(f"tickets/{ticket.number}/replies/", {"text": "See.", "attachments": [stored["token"]]})

    [attachment] = answer.json()["attachments"]
    fetched = api.client.get(attachment["url"], headers=api.headers)
    assert b"".join(fetched.streaming_content) == b"49 euro"
    assert "attachment" in fetched["Content-Disposition"]


def test_a_file_of_another_ticket_cannot_be_attached(api):
    mine, other = make_ticket(), make_ticket()
    upload = SimpleUploadedFile("a.txt", b"x", "text/plain")
    [stored] = api.client.post(
        f"/api/v1/tickets/{other.number}/uploads/", {"file": upload}, headers=api.headers
    ).json()

    refused = api.post(f"tickets/{mine.number}/replies/", {"text": "See.", "attachments": [stored["token"]]})

    assert refused.status_code == 400
    assert not Message.objects.filter(ticket=mine, direction="out").exists()


def test_a_stale_reply_is_a_conflict(api):
    ticket = make_ticket()
    seen = ticket.events.last().pk
    make_message(ticket)

    answer = api.post(f"tickets/{ticket.number}/replies/", {"text": "Hi", "last_seen_event": seen})

    assert answer.status_code == 409


def test_customers_can_be_found_made_and_changed(api):
    made = api.post("customers/", {"email": "new@example.org", "name": "Nia"}).json()
    changed = api.patch(f"customers/{made['id']}/", {"is_vip": True}).json()
    found = api.get("customers/", email="NEW@example.org").json()["results"]

    assert changed["is_vip"] is True
    assert [customer["id"] for customer in found] == [made["id"]]


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nonsense", "Basic YTpi"])
def test_without_a_good_token_there_is_nothing(client, authorization):
    answer = client.get("/api/v1/tickets/", headers={"Authorization": authorization} if authorization else {})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_cookies_do_not_open_the_api(client):
    client.force_login(make_agent())

    assert client.get("/api/v1/tickets/").status_code == 401


def test_a_token_dies_with_its_agent_and_by_revocation(client):
    agent = make_agent()
    api = Api(client, agent)
    agent.is_active = False
    agent.save()
    assert api.get("tickets/").status_code == 401

    second = Api(client, make_agent())
    api_tokens.revoke(second.token, actor=second.agent.as_actor)
    assert second.get("tickets/").status_code == 401


def test_no_answer_holds_a_secret(api):
    make_customer(email="x@example.org")
    make_ticket()

    text = api.get("customers/").content.decode() + api.get("tickets/").content.decode()

    assert not any(word in text for word in ("password", "token_hash", "secret"))


def test_the_schema_is_complete_and_the_docs_are_served(client):
    schema = client.get("/api/v1/schema/", headers={"Accept": "application/json"})
    docs = client.get("/api/v1/docs/")

    assert schema.status_code == docs.status_code == 200
    assert b"/api/v1/tickets/{number}/replies/" in schema.content
