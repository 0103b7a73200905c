"""Row 22: looking changes nothing. What a picture in a mail makes a browser ask for does no harm."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import api_tokens
from accounts.api.scopes import Scope
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_inbox, make_message, make_ticket
from tests.test_doors import ALL
from tickets import files
from tickets.services import replies

pytestmark = pytest.mark.django_db
WRITES = re.compile(r'^\s*(?:insert into|update|delete from)\s+"?(\w+)', re.IGNORECASE)
# Who was here and what they have read; nothing of what anybody works on.
MAY_BE_NOTED = {
    "accounts_agent",
    "accounts_agentsession",
    "accounts_customersession",
    "django_session",
    "foundation_ratebucket",
    "tickets_ticketseen",
}
PICTURES = [
    "/api/v1/tickets/1/",
    "/logout/",
    "//desk.test/logout/",
    "../../logout/",
    "logout/",
    "/t/1/undo/",
    "/files/../logout/",
    "/files/%2e%2e/logout/",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "javascript:alert(1)",
    "blob:https://desk.test/1",
]


@pytest.fixture
def admin():
    client = Client()
    client.force_login(make_agent(role="Admin"))
    return client


@pytest.fixture
def things():
    make_inbox(kind="form", address="ask")  # the first one is made when somebody first opens its page
    ticket = receive(make_inbox(), make_mail(files=[("a.txt", b"abc")])).ticket
    receive(make_inbox(address="b@desk.test"), b"Subject: Nobody\r\n\r\nNobody wrote this.")
    replies.add_note(ticket=ticket, author=make_agent(), html="<p>Note</p>")
    return {"1": str(ticket.number), "x": ticket.attachments.get().token}


def test_security22_no_get_changes_anything_that_somebody_works_on(admin, things):
    written = {}
    for address in ALL:
        number = re.sub(r"(^|/)1(?=/)", rf"\g<1>{things['1']}", address)
        for asked in {address, number, number.replace("/x/", f"/{things['x']}/")}:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                answer = admin.get(f"/{asked}")
                if answer.streaming:
                    list(answer.streaming_content)
            tables = {found[1] for query in captured if (found := WRITES.match(query["sql"]))}
            if tables - MAY_BE_NOTED:
                written[asked] = tables - MAY_BE_NOTED

    assert written == {}


@pytest.mark.parametrize("picture", PICTURES)
def test_security22_a_picture_in_a_mail_asks_nothing_of_the_desk(admin, picture):
    html = (
        f'<table background="{picture}"><tr><td><img src="{picture}" srcset="{picture} 2x"></td></tr></table>'
    )
    message = make_message(make_ticket(), text="Hi", html=html)
    base = f"/t/{message.ticket.number}/"

    shown = admin.get(base).text.split('id="conversation"')[1].split("composer")[0]
    shown += admin.get(f"{base}messages/{message.pk}/body/").text.split("<body", 1)[1]

    asked_for = re.findall(r"""(?:src|srcset|background|poster)=["']([^"']+)""", shown)
    ours = (f"{base}messages/", "/pictures/", "/files/")
    assert [url for url in asked_for if not url.startswith(ours) or ".." in url or "%2e" in url] == []
    assert picture not in asked_for


def test_security22_the_pictures_of_a_mail_are_its_own_files(admin):
    inline = files.NewFile(name="a.png", content=b"\x89PNG\r\n\x1a\n", content_id="a@x", is_inline=True)
    message = make_message(
        make_ticket(), html='<table><tr><td><img src="cid:a@x"></td></tr></table>', files=[inline]
    )

    frame = admin.get(f"/t/{message.ticket.number}/messages/{message.pk}/body/").text

    assert f'src="/files/{message.attachments.get().token}/"' in frame


def test_security22_the_api_answers_no_picture():
    _token, plain = api_tokens.issue(agent=make_agent(), name="test", scopes=tuple(Scope.values))
    headers = {"Authorization": f"Bearer {plain}"}

    assert Client().get("/api/v1/tickets/", headers=headers).status_code == 200
    assert Client().get("/api/v1/tickets/", headers={**headers, "Sec-Fetch-Dest": "image"}).status_code == 403
