"""What customers and agents may write anywhere is shown as the words it is."""

import json

import pytest

from tests.make import make_agent, make_customer, make_message, make_team, make_ticket
from tickets import files
from tickets.models import Message
from tickets.services import drafts, participants, replies, workflow

pytestmark = pytest.mark.django_db

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "'-alert(1)-'",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "{{ request.user.password }}{% debug %}",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style>",
]
# None of these may come out as markup.
ALIVE = (
    "<script>alert",
    "<img src=x",
    "<svg/onload",
    "<a href=javascript",
    "<iframe srcdoc",
    "onerror=alert(1)>",
)


def assert_inert(text):
    for piece in ALIVE:
        assert piece not in text


@pytest.fixture
def agent(client):
    agent = make_agent(role="Admin")
    client.force_login(agent)
    return agent


@pytest.fixture(params=PAYLOADS)
def hostile(request):
    return request.param


def poisoned(agent, words):
    """A ticket in which everything that people can name or write says these words."""
    customer = make_customer(name=words, notes=words)
    team = make_team(words[:80])
    ticket = make_ticket(subject=words, requester=customer, text=words, team=team, needs_attention=words)
    make_message(ticket, text=words, html=words, quoted_text=words, quoted_html=words, author_name=words)
    make_message(
        ticket, text="held", author=make_customer(name=words), held=True, facts={"held_because": words}
    )
    colleague = make_agent(name=words)
    workflow.assign(ticket=ticket, assignee=colleague, actor=words[:100])
    workflow.tag(ticket=ticket, add=[words], actor=colleague)
    workflow.change_subject(ticket=ticket, subject=words + "!", actor=colleague)
    replies.add_note(ticket=ticket, author=colleague, html=f"<p>x</p>{words}")
    failed = replies.post_reply(ticket=ticket, author=colleague, html=f"<p>x</p>{words}")
    Message.objects.filter(pk=failed.pk).update(delivery="failed", delivery_note=words)
    files.store([files.NewFile(name=words, content=b"x")], ticket=ticket, message=failed)
    participants.add(ticket=ticket, addresses=["boss@example.org"], actor=colleague)
    drafts.save(ticket=ticket, agent=agent, mode="reply", html=words, cc=words, revision=0)
    return ticket


def test_security16_in_the_list(client, agent, hostile):
    ticket = poisoned(agent, hostile)

    for path in (
        "/inbox/all/",
        f"/inbox/all/rows/?ids={ticket.number}",
        f"/inbox/all/?tag={ticket.tags.get().pk}",
    ):
        assert_inert(client.get(path).content.decode())


def test_security16_on_the_ticket_and_in_its_parts(client, agent, hostile):
    ticket = poisoned(agent, hostile)

    for part in ("", "?view=all", "timeline/?all=1", "details/", "head/"):
        assert_inert(client.get(f"/t/{ticket.number}/{part}").content.decode())


def test_security16_in_the_frame_of_a_mail(client, agent, hostile):
    message = make_message(make_ticket(), text="x", html=f"<table><tr><td>{hostile}</td></tr></table>")

    answer = client.get(f"/t/{message.ticket.number}/messages/{message.pk}/body/")

    assert_inert(answer.content.decode())


def test_security16_in_the_panel_that_stops_a_reply(client, agent, hostile):
    ticket = make_ticket()
    seen = ticket.events.last().pk
    make_message(ticket, text=hostile, author=make_customer(name=hostile))

    answer = client.post(
        f"/t/{ticket.number}/reply/",
        {"body_html": "<p>x</p>", "last_seen_event": seen, "cc": ""},
        HTTP_HX_REQUEST="true",
    )

    assert answer.status_code == 409
    assert_inert(answer.content.decode())


def test_security16_toasts_are_text_for_a_script_to_show_as_text(client, agent, hostile):
    ticket = make_ticket()
    answer = client.post(
        f"/t/{ticket.number}/reply/", {"body_html": "<p>x</p>", "cc": hostile}, HTTP_HX_REQUEST="true"
    )

    assert answer.status_code == 422
    assert_inert(answer.content.decode())
    assert json.loads(answer.get("HX-Trigger", "{}")) == {}
