"""Access tokens are renewed in time, once, and whatever the provider does, nobody is logged out by mistake."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db.models.functions import Now
from django.utils.timezone import now

from channels_inbox.email.oauth import tokens
from channels_inbox.email.oauth.grants import MailboxTokens
from channels_inbox.email.oauth.tokens import NoToken, Trouble
from channels_inbox.models import MailboxGrant
from foundation.models import AuditEntry
from tests import identity_provider as faults

pytestmark = pytest.mark.django_db


def tokens_of(inbox):
    return MailboxTokens(inbox.pk, inbox.settings)


def grant_of(inbox):
    return MailboxGrant.objects.get(inbox=inbox)


def later(inbox):
    """The provider may be asked again."""
    MailboxGrant.objects.filter(inbox=inbox).update(asks_again_at=Now() - timedelta(seconds=1))


def test_a_token_that_holds_is_used_without_asking(connected, provider):
    assert tokens_of(connected).current() == grant_of(connected).tokens["access"]
    assert provider.state.asked == []


def test_a_token_is_renewed_before_it_ends(connected, provider):
    MailboxGrant.objects.update(expires_at=now() + timedelta(minutes=4))
    before = grant_of(connected).tokens

    token = tokens_of(connected).current()

    after = grant_of(connected)
    assert provider.state.access[token] == connected.address
    assert after.tokens["access"] == token != before["access"]
    assert after.tokens["refresh"] != before["refresh"]
    assert after.expires_at > now() + timedelta(minutes=50)
    assert provider.state.asked[0]["refresh_token"] == before["refresh"]


def test_the_refresh_token_stays_where_the_provider_does_not_rotate(ended, provider):
    provider.state.is_rotating = False
    before = grant_of(ended).tokens["refresh"]

    tokens_of(ended).current()

    assert grant_of(ended).tokens["refresh"] == before


@pytest.mark.django_db(transaction=True)
def test_many_at_once_renew_once(ended, provider):
    found, begin = [], threading.Barrier(6)

    def ask():
        begin.wait()
        try:
            found.append(tokens_of(ended).current())
        finally:
            database.close()

    threads = [threading.Thread(target=ask) for _each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 6
    assert len(set(found)) == 1
    assert provider.refreshes() == 1


def test_who_comes_late_with_a_refused_token_gets_the_new_one(connected, provider):
    old = tokens_of(connected).current()
    first = tokens_of(connected).instead_of(old)

    assert tokens_of(connected).instead_of(old) == first != old
    assert provider.refreshes() == 1


def test_a_refused_token_that_is_young_is_not_renewed_again_and_again(connected, provider):
    new = tokens_of(connected).instead_of(tokens_of(connected).current())

    assert tokens_of(connected).instead_of(new) == new
    assert provider.refreshes() == 1


def test_fault9_a_sign_in_that_was_revoked_calls_for_a_person(ended, provider):
    provider.revoke(ended.address)

    with pytest.raises(NoToken, match="Sign in again") as failure:
        tokens_of(ended).current()

    ended.refresh_from_db()
    assert failure.value.trouble == Trouble.ENDED
    assert ended.sign_in_needed_at is not None
    assert grant_of(ended).tokens == {}
    entry = AuditEntry.objects.get(action="inbox.sign_in_ended")
    assert entry.object_id == str(ended.pk)
    with pytest.raises(NoToken, match="Sign in again"):
        tokens_of(ended).current()
    assert provider.refreshes() == 1


def test_a_client_secret_that_expired_keeps_the_sign_in(ended, provider):
    ended.credentials["oauth_client_secret"] = "of last year"
    ended.save()

    with pytest.raises(NoToken, match="client id") as failure:
        tokens_of(ended).current()

    ended.refresh_from_db()
    assert failure.value.trouble == Trouble.CLIENT
    assert ended.sign_in_needed_at is not None
    assert grant_of(ended).tokens["refresh"]


@pytest.mark.parametrize(
    "fault",
    [
        faults.server_error,
        faults.garbage,
        faults.a_list,
        faults.hostile_token,
        faults.elsewhere,
        faults.huge,
        faults.too_many,
        faults.silent,
    ],
)
def test_trouble_of_the_provider_passes(ended, provider, fault, monkeypatch):
    monkeypatch.setattr(tokens, "TIMEOUT", (1.0, 0.3))
    before = grant_of(ended).tokens
    provider.fail(fault)

    with pytest.raises(NoToken) as failure:
        tokens_of(ended).current()

    ended.refresh_from_db()
    assert failure.value.trouble == Trouble.LATER
    assert ended.sign_in_needed_at is None
    assert grant_of(ended).tokens == before
    with pytest.raises(NoToken):  # not asked again at once
        tokens_of(ended).current()
    assert provider.refreshes() == 1

    later(ended)
    assert provider.state.access[tokens_of(ended).current()] == ended.address
    assert grant_of(ended).failures == 0


def test_the_provider_is_asked_less_and_less(ended, provider):
    for wait in (5, 15, 60, 300, 300):
        provider.fail(faults.server_error)
        before = now()
        with pytest.raises(NoToken):
            tokens_of(ended).current()
        assert before <= grant_of(ended).asks_again_at - timedelta(seconds=wait) <= now()
        later(ended)


def test_a_token_that_still_holds_is_used_while_the_provider_is_away(connected, provider):
    MailboxGrant.objects.update(expires_at=now() + timedelta(minutes=4))
    provider.fail(faults.server_error)

    assert tokens_of(connected).current() == grant_of(connected).tokens["access"]
    assert provider.refreshes() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"imap_host": "evil.example.com"},
        {"smtp_host": "evil.example.com"},
        {"imap_security": "none"},
        {"oauth_client_id": "another"},
        {"oauth_token_url": "https://evil.example.com/token"},
        {"sign_in": "google"},
    ],
)
def test_a_token_is_told_to_nobody_it_was_not_given_for(connected, provider, changed):
    with pytest.raises(NoToken):
        MailboxTokens(connected.pk, connected.settings | changed).current()

    assert provider.state.asked == []


def test_tokens_are_encrypted_and_print_nothing(connected, ended, provider, caplog):
    caplog.set_level(logging.DEBUG)
    token = tokens_of(ended).current()
    grant = grant_of(ended)

    with database.cursor() as cursor:
        cursor.execute("SELECT tokens FROM channels_inbox_mailboxgrant")
        stored = str(cursor.fetchall())

    for secret in (token, grant.tokens["refresh"], provider.client_secret):
        assert secret not in stored
        assert secret not in caplog.text
        assert secret not in repr(grant.tokens) + str(grant) + repr(ended.credentials)
