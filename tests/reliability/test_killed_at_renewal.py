"""The provider has renewed a sign-in and we die before the commit: mail goes on, or the admins are called."""

from __future__ import annotations

import signal

import pytest

from channels_inbox.email.oauth.grants import MailboxTokens
from channels_inbox.email.oauth.tokens import NoToken
from tests.channels_inbox.email.oauth.conftest import ended, provider, unconnected
from tests.reliability import children

__all__ = ["ended", "provider", "unconnected"]


@pytest.fixture
def killed(transactional_db, ended):
    victim = children.start("fetch", "oauth.renewed=kill@1")
    victim.join()
    assert victim.exitcode == -signal.SIGKILL
    return ended


@pytest.fixture
def _takes_the_one_before(provider):
    """As Google and Microsoft do for some time."""
    provider.state.is_rotating = False


@pytest.mark.usefixtures("_takes_the_one_before")
def test_fault9_where_the_token_before_still_holds_mail_goes_on(killed, provider):
    assert MailboxTokens(killed.pk, killed.settings).current() in provider.state.access

    killed.refresh_from_db()
    assert killed.sign_in_needed_at is None


def test_fault9_where_it_does_not_somebody_is_asked_to_sign_in(killed, provider):
    with pytest.raises(NoToken, match="Sign in again"):
        MailboxTokens(killed.pk, killed.settings).current()

    killed.refresh_from_db()
    assert killed.sign_in_needed_at is not None
