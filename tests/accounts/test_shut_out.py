"""A new password and a farewell end all that lets an agent in: sessions, links, API tokens, sockets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils.timezone import now

from accounts import agents, api_tokens, magic_links, notices
from accounts.magic_links import Purpose
from accounts.models import ApiToken
from channels_inbox import outgoing
from channels_inbox.models import MessageDelivery
from foundation.models import AuditEntry
from tests.make import PASSWORD, make_agent, make_inbox

pytestmark = pytest.mark.django_db

NEW = "four quite random words"


def token_for(agent, name="nightly export", **fields) -> str:
    return api_tokens.issue(agent=agent, name=name, scopes=["tickets:read"], **fields)[1]


def api_status(plain: str) -> int:
    return Client().get("/api/v1/tickets/", headers={"Authorization": f"Bearer {plain}"}).status_code


def change(client, agent):
    values = {"password": PASSWORD, "new_password": NEW, "repeated": NEW}
    client.force_login(agent)
    return client.post("/me/password/", values)


def reset(client, agent):
    link = magic_links.issue(purpose=Purpose.AGENT_PASSWORD, agent=agent)
    return client.post(link.removeprefix("http://127.0.0.1:8000"), {"new_password": NEW, "repeated": NEW})


def farewell(client, agent):
    agents.deactivate(agent, actor=make_agent(role="Admin").as_actor)


@pytest.mark.parametrize("way", [change, reset, farewell])
def test_security70_what_shuts_an_agent_out_revokes_their_api_tokens(way, client):
    agent, colleague = make_agent(), make_agent()
    plain, theirs = token_for(agent), token_for(colleague)
    assert api_status(plain) == 200

    way(client, agent)

    assert api_status(plain) == 401
    assert api_status(theirs) == 200
    assert list(ApiToken.objects.filter(agent=agent, revoked_at=None)) == []
    told = AuditEntry.objects.filter(action="api_token.revoked")
    assert [entry.object_label.partition(" (")[0] for entry in told] == ["nightly export"]


@pytest.mark.parametrize("way", [change, reset, farewell])
def test_security70_what_shuts_an_agent_out_ends_their_other_sessions_and_links(way, client):
    agent, elsewhere = make_agent(), Client()
    elsewhere.force_login(agent)
    link = magic_links.issue(purpose=Purpose.AGENT_SIGN_IN, agent=agent).rstrip("/").rpartition("/")[2]

    way(client, agent)

    assert elsewhere.get("/me/").status_code == 302
    with pytest.raises(magic_links.LinkExpired):
        magic_links.peek(link, Purpose.AGENT_SIGN_IN)


def test_security70_an_agent_who_comes_back_begins_anew(client):
    agent = make_agent()
    plain = token_for(agent)
    client.force_login(agent)
    key = client.session.session_key
    agents.deactivate(agent, actor=None)
    before = agent.get_session_auth_hash()

    type(agent).objects.filter(pk=agent.pk).update(is_active=True)

    client.cookies["desk"] = key
    assert client.get("/me/").status_code == 302
    assert api_status(plain) == 401
    assert agent.get_session_auth_hash() == before  # a second farewell is another one
    assert agents.deactivate(agent, actor=None)
    assert agent.get_session_auth_hash() != before
    assert not agents.deactivate(agent, actor=None)


def test_the_page_says_before_it_is_done_which_programs_are_shut_out(client):
    agent = make_agent()
    client.force_login(agent)
    assert "you have none now" in client.get("/me/").text

    token_for(agent, name="<b>nightly</b> export")
    token_for(agent, name="long gone", expires_at=now() - timedelta(days=1))
    page = client.get("/me/").text
    link = magic_links.issue(purpose=Purpose.AGENT_PASSWORD, agent=agent)
    forgotten = Client().get(link.removeprefix("http://127.0.0.1:8000")).text

    for shown in (page, forgotten):
        assert "&lt;b&gt;nightly&lt;/b&gt; export" in shown
        assert "revokes your API token" in shown
        assert "long gone" not in shown


def test_the_mail_that_leads_to_a_new_password_says_what_ends():
    make_inbox()
    make_agent(email="known@example.org")
    notices.send(notices.AGENT_PASSWORD, address="known@example.org")

    letter = outgoing.write(MessageDelivery.objects.get())

    for part in (letter.text, letter.html):
        assert "ends every session you have and revokes your API tokens" in part


@pytest.mark.parametrize("way", [change, reset])
def test_the_agent_hears_of_a_new_password_by_mail_that_lets_nobody_in(way, client):
    make_inbox()
    agent = make_agent(email="known@example.org")

    way(client, agent)

    row = MessageDelivery.objects.get(content__kind=notices.PASSWORD_CHANGED)
    assert row.recipients == {"to": ["known@example.org"]}
    letter = outgoing.write(row)
    assert "your API tokens no longer work" in letter.text
    assert "/login/forgotten/" in letter.text


def test_a_farewell_from_the_command_line_says_first_what_ends(capsys):
    agent = make_agent(email="gone@desk.test")
    plain = token_for(agent)

    call_command("deactivate_agent", "GONE@desk.test")
    assert "nightly export" in capsys.readouterr().out
    assert api_status(plain) == 200

    call_command("deactivate_agent", "gone@desk.test", "--yes")
    agent.refresh_from_db()
    assert not agent.is_active
    assert api_status(plain) == 401
    with pytest.raises(CommandError, match="no active agent"):
        call_command("deactivate_agent", "gone@desk.test", "--yes")
