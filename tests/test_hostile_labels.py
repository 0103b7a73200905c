"""Rows 23 to 26: labels that people set, rows of lists, the editor, and HTML that a program sends."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from accounts import api_tokens
from accounts.api.scopes import Scope
from accounts.models import Brand, Organization, Role, Team
from channels_inbox import outgoing
from channels_inbox.models import Inbox, MessageDelivery
from foundation import desk
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_customer, make_inbox, make_message, make_ticket
from tests.tickets.portal import customer_client
from tests.tickets.test_hostile_words import PAYLOADS, assert_inert
from tickets import dispatch
from tickets.models import Message, Status
from tickets.services import drafts, replies, workflow

pytestmark = pytest.mark.django_db
SETTINGS = (
    "channels/",
    "channels/{inbox}/",
    "mails/",
    "mails/acknowledgement/",
    "quarantine/",
    "failures/",
    "audit/",
)


@pytest.fixture
def admin():
    client = Client()
    client.force_login(make_agent(role="Admin"))
    return client


@pytest.fixture(params=PAYLOADS)
def labelled(request):
    """A desk on which every name that an admin sets says the same hostile words."""
    words = request.param
    inbox = make_inbox(signature=words)
    ticket = receive(inbox, make_mail()).ticket
    workflow.tag(ticket=ticket, add=[words], actor=make_agent())
    for model, field, limit in (
        (Team, "name", 80),
        (Role, "name", 40),
        (Organization, "name", 80),
        (Brand, "name", 60),
        (Inbox, "name", 80),
        (Status, "name", 40),
    ):
        for row in model.objects.all():
            model.objects.filter(pk=row.pk).update(**{field: f"{words}"[: limit - 4] + f" {row.pk}"[:4]})
    organization = Organization.objects.create(name=words[:80])
    ticket.requester.organization = organization
    ticket.requester.save()
    team = Team.objects.create(name=words[:80])
    desk.change(None, name=words[:60])
    ticket.team = team
    ticket.save()
    return ticket


def test_security23_every_label_is_text(admin, labelled):
    inbox = Inbox.objects.get()
    replies.post_reply(ticket=labelled, author=make_agent(), html="<p>Answer</p>")
    pages = [
        "/inbox/all/",
        f"/t/{labelled.number}/",
        f"/t/{labelled.number}/details/",
        f"/t/{labelled.number}/timeline/?all=1",
        "/people/",
        f"/people/{labelled.requester_id}/",
        "/settings/",
        *(f"/settings/{page}".format(inbox=inbox.pk) for page in SETTINGS),
    ]

    for page in pages:
        answer = admin.get(page)
        assert answer.status_code == 200, page
        assert_inert(answer.text)
    portal = customer_client(labelled.requester)
    for page in ("/help/", "/requests/", "/requests/new/", f"/requests/{labelled.number}/"):
        assert_inert(portal.get(page).text)
    dispatch.process_events()
    for row in MessageDelivery.objects.all():
        assert_inert(outgoing.write(row).html)


# ---- 24: pictures from elsewhere, in every spelling, also in the editor

ELSEWHERE = [
    '<img src="//tracker.test/a">',
    '<img src="http://tracker.test/a">',
    '<img src="HTTPS://tracker.test/a">',
    '<img src=" https://tracker.test/a">',
    '<img src="\\\\tracker.test/a">',
    '<img srcset="https://tracker.test/a 1x, //tracker.test/b 2x">',
    '<picture><source srcset="https://tracker.test/a"><img></picture>',
    '<table background="https://tracker.test/a"><tr><td>x</td></tr></table>',
    '<td background="//tracker.test/a">x</td>',
    '<div style="background-image:url(https://tracker.test/a)">x</div>',
    '<div style="background:u\\72l(//tracker.test/a)">x</div>',
    '<div style="list-style:url(https://tracker.test/a)">x</div>',
    '<svg><image href="https://tracker.test/a"/><use xlink:href="//tracker.test/a"/></svg>',
    '<link rel="stylesheet" href="https://tracker.test/a">',
    '<link rel="prefetch" href="//tracker.test/a">',
    '<video poster="https://tracker.test/a" src="//tracker.test/b"></video>',
    '<audio src="https://tracker.test/a"></audio>',
    '<iframe src="https://tracker.test/a"></iframe>',
    '<object data="https://tracker.test/a"></object>',
    '<embed src="//tracker.test/a">',
    '<input type="image" src="https://tracker.test/a">',
    '<body background="https://tracker.test/a">x',
    '<meta http-equiv="refresh" content="0;url=https://tracker.test/a">',
    "<style>@import 'https://tracker.test/a'; p{background:url(//tracker.test/b)}</style>",
    '<base href="https://tracker.test/"><img src="a.png">',
]


@pytest.mark.parametrize("html", ELSEWHERE)
def test_security24_nothing_is_asked_of_another_host(admin, html):
    ticket = make_ticket()
    message = make_message(ticket, text="Hi", html=f"<p>Hi</p>{html}", quoted_html=html, quoted_text="x")
    base = f"/t/{ticket.number}/"

    for page in (base, f"{base}timeline/?all=1", f"{base}messages/{message.pk}/"):
        assert "tracker.test" not in admin.get(page).text
    frame = admin.get(f"{base}messages/{message.pk}/body/")
    if frame.status_code == 200:
        assert "tracker.test" not in frame.text.split("<body", 1)[1]


@pytest.mark.parametrize("html", ELSEWHERE)
def test_security24_nor_by_the_editor_nor_by_what_it_sends(admin, html):
    ticket = make_ticket()
    agent = make_agent(role="Admin")
    client = Client()
    client.force_login(agent)
    drafts.save(ticket=ticket, agent=agent, mode="reply", html=f"<p>Hi</p>{html}", cc="", revision=0)
    replies.post_reply(ticket=ticket, author=agent, html=f"<p>Hi</p>{html}")
    dispatch.process_events()

    assert "tracker.test" not in client.get(f"/t/{ticket.number}/").text
    make_inbox()
    assert all("tracker.test" not in message.html for message in Message.objects.filter(author_agent=agent))


# ---- 25: merely to stand in a list is enough


@pytest.mark.parametrize("words", PAYLOADS)
def test_security25_rows_and_notifications_are_text(admin, words):
    inbox = make_inbox()
    agent = make_agent(name="Ada")
    ticket = receive(
        inbox, make_mail(words, subject=words.replace("\n", " "), message_id="q@example.org")
    ).ticket
    ticket.requester.name = words
    ticket.requester.save()
    workflow.assign(ticket=ticket, assignee=agent, actor=make_agent(name=words[:100]))
    receive(inbox, make_mail(words, in_reply_to="q@example.org"))
    dispatch.process_events()

    for page in (
        "/inbox/all/",
        f"/inbox/all/rows/?ids={ticket.number}",
        f"/people/{ticket.requester_id}/tickets/",
    ):
        assert_inert(admin.get(page).text)
    told = [outgoing.write(row) for row in MessageDelivery.objects.filter(recipients__to=[agent.email])]
    assert told, "nobody was told: nothing was tried"
    for letter in told:
        assert_inert(letter.html)
        assert "\n" not in letter.subject


# ---- 26: a program sends HTML of its own


@pytest.mark.parametrize("words", PAYLOADS)
@pytest.mark.parametrize("verb", ["notes", "replies"])
def test_security26_what_the_api_takes_is_cleaned_on_the_server(client, admin, verb, words):
    ticket = make_ticket(requester=make_customer())
    _token, plain = api_tokens.issue(agent=make_agent(), name="test", scopes=tuple(Scope.values))

    answer = client.post(
        f"/api/v1/tickets/{ticket.number}/{verb}/",
        json.dumps({"html": f"<p>Hi</p>{words}"}),
        "application/json",
        headers={"Authorization": f"Bearer {plain}"},
    )

    assert answer.status_code == 201, answer.text
    assert_inert(Message.objects.latest("pk").html)
    assert_inert(json.dumps(answer.json()))
    assert_inert(admin.get(f"/t/{ticket.number}/").text)
