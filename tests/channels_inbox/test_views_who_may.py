"""Every page of the channels against every stock role."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.permissions import STOCK_ROLES, Permission
from channels_inbox.models import InboundPayload
from tests.channels_inbox.mails import receive
from tests.make import make_agent, make_inbox

pytestmark = pytest.mark.django_db
P = Permission
PAGES = [
    ("GET", "inboxes", [], P.INBOXES_MANAGE),
    ("GET", "add_inbox", ["email"], P.INBOXES_MANAGE),
    ("POST", "add_inbox", ["email"], P.INBOXES_MANAGE),
    ("GET", "inbox", ["inbox"], P.INBOXES_MANAGE),
    ("POST", "inbox", ["inbox"], P.INBOXES_MANAGE),
    ("POST", "switch_inbox", ["inbox"], P.INBOXES_MANAGE),
    ("POST", "begin_trial", [], P.INBOXES_MANAGE),
    ("GET", "trial", ["unknown"], P.INBOXES_MANAGE),
    ("GET", "mail_texts", [], P.SETTINGS_MANAGE),
    ("GET", "mail_text", ["reply"], P.SETTINGS_MANAGE),
    ("POST", "mail_text", ["reply"], P.SETTINGS_MANAGE),
    ("POST", "mail_preview", ["reply"], P.SETTINGS_MANAGE),
    ("GET", "mail_frame", ["unknown"], P.SETTINGS_MANAGE),
    ("GET", "quarantine", [], P.QUARANTINE_MANAGE),
    ("GET", "held", ["held"], P.QUARANTINE_MANAGE),
    ("GET", "held_raw", ["held"], P.QUARANTINE_MANAGE),
    ("POST", "decide", [], P.QUARANTINE_MANAGE),
    ("GET", "failures", [], P.QUARANTINE_MANAGE),
    ("POST", "decide_deliveries", [], P.QUARANTINE_MANAGE),
    ("POST", "retry_events", [], P.QUARANTINE_MANAGE),
    ("POST", "retry_given_up", [], P.QUARANTINE_MANAGE),
]


@pytest.fixture
def things():
    inbox = make_inbox()
    receive(inbox, b"Subject: Nobody\r\n\r\nNobody wrote this.")
    return {"inbox": inbox.pk, "held": InboundPayload.objects.get().pk}


@pytest.mark.parametrize("role", STOCK_ROLES)
def test_security44_each_page_lets_in_those_who_may(client, things, role):
    client.force_login(make_agent(role=role))

    wrong = []
    for method, name, arguments, permission in PAGES:
        address = reverse(f"channels_inbox:{name}", args=[things.get(each, each) for each in arguments])
        refused = client.generic(method, address).status_code == 403
        if refused == (permission in STOCK_ROLES[role]):
            wrong.append(f"{method} {address}")

    assert wrong == []


def test_a_refusal_says_what_is_missing(client):
    client.force_login(make_agent(role="Agent"))

    answer = client.get(reverse("channels_inbox:inboxes"))

    assert answer.status_code == 403
    assert "set up inboxes" in answer.text
