"""Choosing how a mailbox is signed in to: what is demanded, what is filled in, and what is forgotten."""

from __future__ import annotations

import pytest
from django.urls import reverse

from channels_inbox.email.forms import EmailSettingsForm
from channels_inbox.models import Inbox, MailboxGrant
from tests.channels_inbox.email.oauth.conftest import connect
from tests.channels_inbox.test_views_inboxes import CANARY, filled_in
from tests.make import make_agent

pytestmark = pytest.mark.django_db
GOOGLE = {
    "sign_in": "google",
    "oauth_client_id": "desk-1",
    "oauth_client_secret": CANARY,
    "imap_host": "",
    "smtp_host": "",
}


def form(stored=None, credentials=None, **changed):
    return EmailSettingsForm(filled_in(**changed), settings=stored, credentials=credentials)


@pytest.fixture
def admin(client):
    agent = make_agent(role="Admin", email="ada@desk.test")
    client.force_login(agent)
    return agent


def test_the_servers_of_a_known_provider_need_not_be_typed():
    filled = form(**GOOGLE)

    assert filled.is_valid(), filled.errors
    assert filled.settings["imap_host"] == "imap.gmail.com"
    assert filled.settings["smtp_host"] == "smtp.gmail.com"


def test_passwords_that_are_not_needed_are_forgotten():
    filled = form(credentials={"imap_password": "old", "smtp_password": "old"}, **GOOGLE)

    assert filled.is_valid()
    assert filled.credentials == {"oauth_client_secret": CANARY, "imap_password": "", "smtp_password": ""}
    assert form(sign_in="password", oauth_client_secret=CANARY).errors == {}


def test_one_account_is_enough():
    filled = form(**GOOGLE | {"smtp_user": ""})

    assert filled.is_valid()
    assert filled.settings["smtp_user"] == "support@desk.test"


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"oauth_client_id": ""}, "oauth_client_id"),
        ({"oauth_client_secret": ""}, "oauth_client_secret"),
        ({"oauth_client_id": "two words"}, "oauth_client_id"),
        ({"imap_user": "", "smtp_user": ""}, "imap_user"),
        ({"sign_in": "microsoft", "oauth_tenant": "../evil"}, "oauth_tenant"),
        ({"sign_in": "other"}, "oauth_token_url"),
        ({"sign_in": "other", "oauth_token_url": "http://idp.example.com/token"}, "oauth_token_url"),
        ({"sign_in": "other", "oauth_authorize_url": "javascript:alert(1)//"}, "oauth_authorize_url"),
        ({"sign_in": "other", "oauth_token_url": "https://u:p@idp.example.com/"}, "oauth_token_url"),
        ({"sign_in": "other", "oauth_token_url": "https://idp.example.com:99999/"}, "oauth_token_url"),
        ({"sign_in": "nobody"}, "sign_in"),
    ],
)
def test_what_is_missing_or_wrong_is_named(changed, wrong):
    assert wrong in form(**GOOGLE | changed).errors


@pytest.mark.parametrize("changed", [{"oauth_client_id": "another"}, {"sign_in": "microsoft"}])
def test_a_stored_secret_is_told_to_nobody_else(changed):
    stored = {"sign_in": "google", "oauth_client_id": "desk-1", "oauth_tenant": "", "oauth_token_url": ""}
    values = GOOGLE | {"oauth_client_secret": ""}

    assert form(stored, {"oauth_client_secret": CANARY}, **values).is_valid()
    refused = form(stored, {"oauth_client_secret": CANARY}, **values | changed)
    assert "type the secret again" in str(refused.errors["oauth_client_secret"])


def test_a_saved_inbox_has_to_be_connected_and_says_so(client, admin):
    client.post(reverse("channels_inbox:add_inbox", args=["email"]), filled_in(**GOOGLE))

    inbox = Inbox.objects.get()
    page = client.get(reverse("channels_inbox:inbox", args=[inbox.pk])).text
    assert inbox.sign_in_needed_at is not None
    assert not Inbox.objects.fetching().exists()
    assert "Not connected yet" in page
    assert "/settings/channels/signed-in/google/" in page
    assert CANARY not in page


def _saved(client, inbox, **changed):
    values = {name: "" if value is None else value for name, value in inbox.settings.items()}
    answer = client.post(
        reverse("channels_inbox:inbox", args=[inbox.pk]),
        filled_in(**values | {"address": inbox.address, "imap_password": "", "smtp_password": ""} | changed),
    )
    assert answer.status_code == 302
    inbox.refresh_from_db()


def test_another_name_keeps_the_sign_in(client, admin, connected):
    _saved(client, connected, name="Renamed")

    assert MailboxGrant.objects.exists()
    assert connected.sign_in_needed_at is None


@pytest.mark.parametrize("changed", [{"imap_user": "other@example.test"}, {"imap_host": "localhost"}])
def test_another_server_or_account_ends_it(client, admin, connected, changed):
    _saved(client, connected, **changed)

    assert not MailboxGrant.objects.exists()
    assert connected.sign_in_needed_at is not None


def test_back_to_a_password_forgets_the_tokens(client, admin, connected):
    _saved(client, connected, sign_in="password", imap_password="x", smtp_password="x")

    assert not MailboxGrant.objects.exists()
    assert connected.sign_in_needed_at is None


def test_a_new_client_secret_lets_it_go_on_without_a_new_sign_in(client, admin, connected, provider):
    connect(connected, provider, trouble="client")
    Inbox.objects.update(sign_in_needed_at=connected.created_at)
    connected.refresh_from_db()

    _saved(client, connected, oauth_client_secret="of this year")

    assert MailboxGrant.objects.get().trouble == ""
    assert connected.sign_in_needed_at is None


def test_what_was_revoked_stays_revoked_whatever_is_saved(client, admin, connected, provider):
    connect(connected, provider, trouble="ended")

    _saved(client, connected, oauth_client_secret="of this year")

    assert connected.sign_in_needed_at is not None
