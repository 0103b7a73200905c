"""An admin goes to the provider and comes back: what is taken there, and all that is not taken on the way back."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from channels_inbox import housekeeping
from channels_inbox.email.oauth import providers
from channels_inbox.email.oauth.providers import provider_of
from channels_inbox.models import Inbox, MailboxGrant, MailboxSignIn, MessageDelivery
from foundation.models import AuditEntry
from tests import identity_provider as faults
from tests.channels_inbox.email.oauth.conftest import connect as connect_at_once
from tests.make import make_agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    agent = make_agent(role="Admin", email="ada@desk.test", name="Ada Nyberg")
    client.force_login(agent)
    return agent


@pytest.fixture
def begin(client, admin, unconnected):
    """Press Connect: what the provider is asked."""

    def press(browser=client, inbox=unconnected):
        page = browser.post(reverse("channels_inbox:connect_inbox", args=[inbox.pk]))
        query = urlsplit(page.context["address"]).query
        return {name: values[0] for name, values in parse_qs(query).items()}

    return press


@pytest.fixture
def agreed(provider, unconnected):
    """The person agrees: what the browser brings back."""

    def press(asked, account=None):
        code = provider.code(
            account or unconnected.address,
            redirect_uri=asked["redirect_uri"],
            challenge=asked["code_challenge"],
        )
        return {"code": code, "state": asked["state"]}

    return press


def come_back(browser, inbox, answer, key=None):
    key = key or provider_of(inbox.settings).key
    page = browser.get(reverse("channels_inbox:signed_in", args=[key]), answer)
    return page, " ".join(str(each) for each in get_messages(page.wsgi_request))


def is_connected(inbox):
    inbox.refresh_from_db()
    return MailboxGrant.objects.filter(inbox=inbox).exists() and inbox.sign_in_needed_at is None


def test_a_mailbox_is_connected(client, admin, begin, agreed, unconnected, provider):
    asked = begin()
    page, words = come_back(client, unconnected, agreed(asked))

    assert (page.status_code, page.url) == (302, reverse("channels_inbox:inbox", args=[unconnected.pk]))
    assert "is connected" in words
    assert is_connected(unconnected)
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "mail offline_access"
    assert asked["login_hint"] == unconnected.address
    (exchanged,) = provider.state.asked
    assert exchanged["code_verifier"] not in str(asked)
    grant = MailboxGrant.objects.get()
    assert provider.state.refresh[grant.tokens["refresh"]] == unconnected.address
    entry = AuditEntry.objects.get(action="inbox.connected")
    assert entry.actor_id == admin.pk
    assert grant.tokens["access"] not in str(entry.changes)


def test_the_page_shows_no_token(client, admin, connected, provider):
    shown = client.get(reverse("channels_inbox:inbox", args=[connected.pk])).text

    grant = MailboxGrant.objects.get()
    for secret in (*grant.tokens.values(), provider.client_secret):
        assert secret not in shown
    assert "Connect again" in shown
    assert provider_of(connected.settings).redirect_uri in shown


def test_what_waited_goes_on_at_once(client, begin, agreed, unconnected):
    row = MessageDelivery.objects.create(
        kind=MessageDelivery.Kind.NOTICE,
        inbox=unconnected,
        idempotency_key="test",
        rfc_message_id="<1@desk.test>",
        sender=unconnected.address,
        state="retry",
        next_at=Now() + timedelta(hours=1),
    )
    Inbox.objects.update(send_failures=9, send_resumes_at=Now() + timedelta(minutes=1), failing_since=Now())

    come_back(client, unconnected, agreed(begin()))

    assert MessageDelivery.objects.filter(pk=row.pk, next_at__lte=Now()).exists()
    unconnected.refresh_from_db()
    assert (unconnected.send_failures, unconnected.send_resumes_at, unconnected.failing_since) == (
        0,
        None,
        None,
    )


def test_connecting_again_replaces_what_was_revoked(client, begin, agreed, unconnected, provider):
    old = connect_at_once(unconnected, provider, trouble="ended")

    come_back(client, unconnected, agreed(begin()))

    assert is_connected(unconnected)
    assert MailboxGrant.objects.get().tokens != old.tokens


# ---- Who comes back with something else


def test_a_state_is_used_once(client, begin, agreed, unconnected):
    asked = begin()
    come_back(client, unconnected, agreed(asked))
    before = MailboxGrant.objects.get().tokens

    page, words = come_back(client, unconnected, agreed(asked, account="eve@example.test"))

    assert page.url == reverse("channels_inbox:inboxes")
    assert "Begin again" in words
    assert MailboxGrant.objects.get().tokens == before


@pytest.mark.parametrize("state", ["", "made-up", "x" * 5000])
def test_a_state_that_nobody_began_is_refused(client, begin, agreed, unconnected, provider, state):
    come_back(client, unconnected, agreed(begin()) | {"state": state})

    assert not is_connected(unconnected)
    assert provider.state.asked == []


def test_a_state_belongs_to_the_session_that_began_it(begin, agreed, unconnected, provider, admin):
    answer = agreed(begin())
    same_person = Client()
    same_person.force_login(admin)
    other = Client()
    other.force_login(make_agent(role="Admin", email="eve@desk.test"))

    for browser in (same_person, other):
        assert "Begin again" in come_back(browser, unconnected, answer)[1]

    assert not is_connected(unconnected)
    assert provider.state.asked == []


def test_who_may_not_set_up_inboxes_neither_begins_nor_comes_back(begin, agreed, unconnected):
    answer = agreed(begin())
    browser = Client()
    browser.force_login(make_agent(role="Agent", email="bo@desk.test"))
    key = provider_of(unconnected.settings).key

    assert browser.post(reverse("channels_inbox:connect_inbox", args=[unconnected.pk])).status_code == 403
    assert browser.get(reverse("channels_inbox:signed_in", args=[key]), answer).status_code == 403
    assert "/login/" in Client().get(reverse("channels_inbox:signed_in", args=[key]), answer).url


def test_a_state_ends_after_a_quarter_of_an_hour(client, begin, agreed, unconnected):
    answer = agreed(begin())
    MailboxSignIn.objects.update(created_at=Now() - timedelta(minutes=16))

    assert "Begin again" in come_back(client, unconnected, answer)[1]
    housekeeping.sweep_sign_ins()
    assert not MailboxSignIn.objects.exists()


def test_a_code_that_was_injected_does_not_fit_the_verifier(client, begin, agreed, unconnected, provider):
    stolen = agreed(begin(), account="victim@example.test")["code"]
    mine = begin()

    _page, words = come_back(client, unconnected, {"code": stolen, "state": mine["state"]})

    assert "does not accept this answer" in words
    assert not is_connected(unconnected)
    assert len(provider.state.asked) == 1


@pytest.mark.parametrize("key", ["google", "microsoft", "other-000000000000", "nobody"])
def test_another_provider_does_not_answer_for_this_one(client, begin, agreed, unconnected, provider, key):
    _page, words = come_back(client, unconnected, agreed(begin()), key=key)

    assert "did not come from the provider" in words
    assert provider.state.asked == []


def test_an_issuer_that_names_itself_must_be_the_right_one(client, begin, agreed, unconnected, provider):
    unconnected.settings["oauth_issuer"] = provider.url
    unconnected.save()

    _page, words = come_back(client, unconnected, agreed(begin()) | {"iss": "https://evil.example.com"})
    assert "did not come from the provider" in words

    come_back(client, unconnected, agreed(begin()) | {"iss": provider.url})
    assert is_connected(unconnected)


def test_an_inbox_that_was_changed_meanwhile_is_not_connected(client, begin, agreed, unconnected, provider):
    answer = agreed(begin())
    key = provider_of(unconnected.settings).key
    Inbox.objects.update(settings=unconnected.settings | {"imap_host": "evil.example.com"})

    assert "changed meanwhile" in come_back(client, unconnected, answer, key=key)[1]
    assert provider.state.asked == []


def test_parameters_that_come_twice_are_refused(client, begin, agreed, unconnected, provider):
    answer = agreed(begin())

    come_back(client, unconnected, answer | {"code": [answer["code"], "another"]})

    assert provider.state.asked == []


@pytest.mark.parametrize(
    "extra", [{"next": "https://evil.example.com"}, {"redirect_uri": "//evil.example.com"}]
)
def test_nobody_is_led_elsewhere(client, begin, agreed, unconnected, extra):
    page, _words = come_back(client, unconnected, agreed(begin()) | extra)

    assert page.url == reverse("channels_inbox:inbox", args=[unconnected.pk])


def test_the_providers_refusal_is_said_in_words(client, begin, unconnected):
    answer = {
        "error": "access_denied",
        "error_description": "<b>AADSTS65004</b> declined",
        "state": begin()["state"],
    }

    page, words = come_back(client, unconnected, answer)

    assert "Access was not given" in words
    shown = client.get(page.url).text
    assert "&lt;b&gt;AADSTS65004&lt;/b&gt;" in shown
    assert not is_connected(unconnected)


def test_words_without_a_state_are_shown_to_nobody(client, admin, unconnected):
    _page, words = come_back(
        client, unconnected, {"error": "x", "error_description": "Call 555-0100", "state": "y"}
    )

    assert "555-0100" not in words


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.server_error, "not able to answer|expected form"),
        (faults.garbage, "expected form"),
        (faults.huge, "too large"),
        (faults.hostile_token, "expected form"),
    ],
)
def test_a_provider_that_answers_badly_is_named(client, begin, agreed, unconnected, provider, fault, words):
    import re

    answer = agreed(begin())
    provider.fail(fault)

    assert re.search(words, come_back(client, unconnected, answer)[1])
    assert not is_connected(unconnected)


def test_access_for_an_hour_only_is_not_enough(client, begin, agreed, unconnected, provider):
    provider.state.token_extra = {"refresh_token": ""}

    assert "for an hour only" in come_back(client, unconnected, agreed(begin()))[1]
    assert not is_connected(unconnected)


def test_one_admin_cannot_begin_for_ever(client, admin, unconnected, monkeypatch):
    monkeypatch.setattr("channels_inbox.views.mailbox_sign_in.MOST", 2)
    address = reverse("channels_inbox:connect_inbox", args=[unconnected.pk])

    assert [client.post(address).status_code for _each in range(3)] == [200, 200, 302]


# ---- Google and Microsoft


def shaped(monkeypatch, provider, inbox, kind):
    """The inbox at Google or Microsoft, whose addresses lead to the provider of the tests."""
    from dataclasses import replace

    ours = replace(
        providers.KNOWN[kind], authorize_url=f"{provider.url}/authorize", token_url=f"{provider.url}/token"
    )
    monkeypatch.setitem(providers.KNOWN, kind, ours)
    inbox.settings |= {"sign_in": kind}
    inbox.save()


def test_google_is_asked_for_lasting_access(client, begin, agreed, unconnected, provider, monkeypatch):
    shaped(monkeypatch, provider, unconnected, "google")

    asked = begin()
    provider.state.token_extra = {"scope": "https://mail.google.com/"}
    come_back(client, unconnected, agreed(asked) | {"iss": "https://accounts.google.com"})

    assert asked["scope"] == "https://mail.google.com/"
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    assert asked["redirect_uri"].endswith("/settings/channels/signed-in/google/")
    assert is_connected(unconnected)


def test_microsoft_is_asked_for_both_protocols(client, begin, agreed, unconnected, provider, monkeypatch):
    shaped(monkeypatch, provider, unconnected, "microsoft")

    asked = begin()
    come_back(client, unconnected, agreed(asked))

    assert set(asked["scope"].split()) == {
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    }
    assert is_connected(unconnected)


def test_who_does_not_agree_to_everything_is_told(client, begin, agreed, unconnected, provider, monkeypatch):
    shaped(monkeypatch, provider, unconnected, "microsoft")
    provider.state.token_extra = {"scope": "https://outlook.office.com/IMAP.AccessAsUser.All openid"}

    assert "agree to everything" in come_back(client, unconnected, agreed(begin()))[1]
    assert not is_connected(unconnected)


def test_the_directory_stands_in_microsofts_addresses():
    found = provider_of({"sign_in": "microsoft", "oauth_tenant": "contoso.example"})

    assert found.token_url == "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token"
    assert provider_of({"sign_in": "microsoft"}).authorize_url.startswith(
        "https://login.microsoftonline.com/common/"
    )
