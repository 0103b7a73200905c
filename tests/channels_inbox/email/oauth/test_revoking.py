"""A mailbox that is disconnected gives its sign-in back to the provider."""

from __future__ import annotations

import pytest

from channels_inbox.email.oauth import grants
from channels_inbox.models import MailboxGrant
from foundation.models import AuditEntry
from tests.channels_inbox.email.oauth.conftest import connect
from tests.identity_provider import IdentityProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def disconnect(django_capture_on_commit_callbacks):
    """As a save of the inbox's page does where its sign-in was changed."""

    def save(inbox) -> str:
        inbox.settings = {**inbox.settings, "sign_in": "password"}
        with django_capture_on_commit_callbacks(execute=True):
            grants.settle(inbox, tries_again=False)
            inbox.save()
        return AuditEntry.objects.get(action="inbox.sign_in_given_back").changes["sign_in"][1]

    return save


def with_revocation(inbox, provider: IdentityProvider, url: str = "/revoke"):
    inbox.settings["oauth_revoke_url"] = provider.url + url
    inbox.save()
    return inbox


def test_its_tokens_open_nothing_any_more(connected, provider, disconnect):
    assert disconnect(with_revocation(connected, provider)) == "given back"

    assert provider.state.refresh == provider.state.access == {}
    assert not MailboxGrant.objects.exists()


def test_where_the_provider_has_no_address_for_it_the_trail_says_what_to_do(connected, disconnect):
    assert "on the pages of the account" in disconnect(connected)


def test_a_provider_that_does_not_answer_well_keeps_nobody_from_saving(connected, provider, disconnect):
    assert disconnect(with_revocation(connected, provider, "/nowhere")).endswith("answered 404")

    assert not MailboxGrant.objects.exists()


def test_an_account_that_another_inbox_uses_is_left_alone(connected, make_mailbox, provider, disconnect):
    other = make_mailbox("other", **provider.settings)
    given_for = MailboxGrant.objects.get(inbox=connected).given_for
    connect(other, provider, given_for=given_for)

    assert disconnect(with_revocation(connected, provider)).startswith("kept")

    assert len(provider.state.refresh) == 2
