"""Every address of the agents' side against every kind of person. What one may not see does not exist."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver

from tests.make import make_agent, make_customer, make_message, make_ticket
from tests.tickets.portal import customer_client
from tickets import files, urls
from tickets.models import Draft, Ticket
from tickets.services import participants, replies

pytestmark = pytest.mark.django_db

SIGN_IN, MISSING, REFUSED = 302, 404, 403
PEOPLE = ("stranger", "customer", "other team", "observer", "light agent", "agent")

# What each of PEOPLE is answered, in that order. Reading is for all who see the ticket.
READS = (SIGN_IN, SIGN_IN, MISSING, 200, 200, 200)
SEEN = (SIGN_IN, SIGN_IN, MISSING, 204, 204, 204)
WORK = (SIGN_IN, SIGN_IN, MISSING, REFUSED, REFUSED, "done")
NOTES = (SIGN_IN, SIGN_IN, MISSING, REFUSED, "done", "done")
ADMINS = (SIGN_IN, SIGN_IN, REFUSED, REFUSED, REFUSED, REFUSED)
OWN_LISTS = (SIGN_IN, SIGN_IN, 200, 200, 200, 200)

MATRIX = {
    "home": ("get", (SIGN_IN, SIGN_IN, 302, 302, 302, 302), {}),
    "inboxes": ("get", (SIGN_IN, SIGN_IN, 302, 302, 302, 302), {}),
    "inbox": ("get", OWN_LISTS, {}),
    "rows": ("get", OWN_LISTS, {}),
    "filters": ("get", OWN_LISTS, {}),
    "views": ("get", OWN_LISTS, {}),
    "since": ("get", OWN_LISTS, {}),
    "agents": ("get", ADMINS, {}),
    "let_go": ("get", ADMINS, {}),
    "take_back": ("post", ADMINS, {}),
    "file": ("get", (SIGN_IN, MISSING, MISSING, 200, 200, 200), {}),
    "tickets_of_customer": ("get", OWN_LISTS, {}),
    "ticket": ("get", READS, {}),
    "head": ("get", READS, {}),
    "timeline": ("get", READS, {}),
    "details": ("get", READS, {}),
    "message": ("get", READS, {}),
    "body": ("get", READS, {}),
    # Without the proof that the message's frame gives, there is no picture for anybody (test_remote_pictures).
    "picture": ("get", (SIGN_IN, SIGN_IN, MISSING, MISSING, MISSING, MISSING), {}),
    "seen": ("post", SEEN, {"event": 1}),
    "unread": ("post", (SIGN_IN, SIGN_IN, MISSING, 302, 302, 302), {}),
    "undo": ("post", WORK, {}),
    "send_now": ("post", WORK, {}),
    "retry": ("post", WORK, {}),
    "arrived": ("post", WORK, {}),
    "accept": ("post", WORK, {}),
    "forward": ("get", (SIGN_IN, SIGN_IN, MISSING, REFUSED, REFUSED, 200), {}),
    "share": ("post", WORK, {}),
    "reply": ("post", WORK, {"body": "Hello"}),
    "note": ("post", NOTES, {"body": "Hello"}),
    "draft": ("post", WORK, {"body": "Hello"}),
    "upload": ("post", NOTES, {"file": True}),
    "status": ("post", WORK, {"status": "pending", "was": "open"}),
    "assignee": ("post", WORK, {"assignee": "", "was": ""}),
    "take": ("post", WORK, {"was": ""}),
    "team": ("post", WORK, {"team": "", "was": ""}),
    "priority": ("post", WORK, {"priority": 4, "was": 2}),
    "subject": ("post", WORK, {"subject": "x", "was": "x"}),
    "tags": ("post", WORK, {"add": "x"}),
    "add_participant": ("post", WORK, {"address": "a@example.org"}),
    "remove_participant": ("post", WORK, {}),
}


@pytest.fixture
def scene():
    """A ticket with one of everything that an address may name."""
    ticket = make_ticket(team="Support", status="open")
    message = make_message(ticket, html="<table><tr><td>x</td></tr></table>")
    [file] = files.store([files.NewFile(name="a.txt", content=b"x")], ticket=ticket, message=message)
    participants.add(ticket=ticket, addresses=["boss@example.org"], actor=make_agent())
    return {
        "number": ticket.number,
        "pk": message.pk,
        "remove_participant": ticket.participants.get().pk,
        "tickets_of_customer": ticket.requester.pk,
        "token": file.token,
        "view": "all",
        "mode": "reply",
    }


def address(name, scene):
    route = next(path for path in urls.urlpatterns if path.name == name)
    wanted = {key: scene[key] for key in route.pattern.converters}
    if name in scene:  # what is called pk is not always a message
        wanted["pk"] = scene[name]
    return "/" + get_resolver("tickets.urls").reverse(name, **wanted)


def sign_in(client, who):
    roles = {
        "other team": "Team agent",
        "observer": "Observer",
        "light agent": "Light agent",
        "agent": "Agent",
    }
    if who == "customer":
        return customer_client(make_customer())
    if who in roles:
        client.force_login(make_agent(role=roles[who], team="Billing"))
    return client


def test_no_address_is_forgotten_here():
    assert {path.name for path in urls.urlpatterns} - set(MATRIX) == set()


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", MATRIX)
def test_security44_each_person_gets_what_they_may(client, scene, name, who):
    method, expected, fields = MATRIX[name]
    data = {
        key: SimpleUploadedFile("a.txt", b"x") if value is True else value for key, value in fields.items()
    }

    answer = getattr(sign_in(client, who), method)(address(name, scene), data)

    wanted = expected[PEOPLE.index(who)]
    if wanted == "done":
        assert answer.status_code not in (SIGN_IN, MISSING, REFUSED) or answer.url.startswith("/t/")
    else:
        assert answer.status_code == wanted
    if wanted == SIGN_IN and who in ("stranger", "customer"):
        assert answer.url.startswith("/login/")
    if answer.streaming:
        b"".join(answer)


def test_a_ticket_out_of_sight_and_one_that_is_not_there_look_alike(client):
    client.force_login(make_agent(role="Team agent", team="Billing"))
    hidden = client.get(make_ticket(team="Support").get_absolute_url())
    missing = client.get("/t/987654321/")

    assert hidden.status_code == missing.status_code == 404
    assert without_tokens(hidden) == without_tokens(missing)


def without_tokens(answer):
    return re.sub(r'(data-csrf|value)="[^"]*"', "", answer.content.decode())


def test_nothing_is_changed_for_who_may_not(client, scene):
    client.force_login(make_agent(role="Observer"))
    for name, (method, _expected, fields) in MATRIX.items():
        if method == "post" and name not in ("seen", "unread", "upload"):
            client.post(address(name, scene), fields)

    ticket = Ticket.objects.get(number=scene["number"])
    assert (ticket.version, ticket.assignee, ticket.messages.count()) == (1, None, 2)
    assert not Draft.objects.exists()


def test_a_right_that_was_taken_away_is_gone_at_the_next_request(client, scene):
    agent = make_agent(role="Team agent", team="Support")
    client.force_login(agent)
    assert client.get(f"/t/{scene['number']}/").status_code == 200

    agent.teams.clear()

    assert client.get(f"/t/{scene['number']}/").status_code == 404


def test_an_agent_sees_a_ticket_of_another_team_that_is_theirs(client):
    agent = make_agent(role="Team agent", team="Billing")
    client.force_login(agent)

    assert client.get(make_ticket(team="Support", assignee=agent).get_absolute_url()).status_code == 200


def test_security53_a_message_of_another_ticket_is_not_found(client):
    agent = make_agent()
    client.force_login(agent)
    ticket, elsewhere = make_ticket(), make_ticket()
    note = replies.add_note(ticket=elsewhere, author=agent, html="<p>secret</p>")

    assert client.get(f"/t/{ticket.number}/messages/{note.pk}/").status_code == 404
    assert "secret" not in client.get(f"/t/{ticket.number}/?open={note.pk}").content.decode()


@pytest.mark.parametrize(
    "number", ["0", "01", "-1", "9999999999999999999", "١", "1.0", "1%20or%201=1", "new"]
)
def test_what_is_no_number_is_no_ticket(client, number):
    client.force_login(make_agent())

    assert client.get(f"/t/{number}/").status_code == 404


def test_a_signed_out_browser_is_told_so_within_a_part(client):
    answer = client.get(f"/t/{make_ticket().number}/timeline/", HTTP_HX_REQUEST="true", follow=True)

    assert answer.status_code == 401
