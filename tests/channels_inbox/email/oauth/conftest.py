"""A mailbox that a provider signs in, connected or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from channels_inbox.email.oauth.providers import given_for
from channels_inbox.models import Inbox, MailboxGrant
from foundation.secrets import Secrets
from tests.identity_provider import IdentityProvider
from tests.mailservers import MailServers


@pytest.fixture
def provider(trusted: MailServers) -> IdentityProvider:
    return trusted.provider


@pytest.fixture
def unconnected(make_mailbox: Callable[..., Inbox], provider: IdentityProvider) -> Inbox:
    """Set up, but nobody has been at the provider's page yet."""
    inbox = make_mailbox(**provider.settings)
    inbox.settings["smtp_user"] = inbox.address
    inbox.credentials = Secrets({"oauth_client_secret": provider.client_secret})
    inbox.sign_in_needed_at = now()
    inbox.save()
    return inbox


def connect(inbox: Inbox, provider: IdentityProvider, *, ended: bool = False, **fields: Any) -> MailboxGrant:
    """As after a sign-in. `ended`: the access token has to be renewed before it is used."""
    access, renewing = provider.issue(inbox.address)
    moment = now() - timedelta(hours=1)
    facts: dict[str, Any] = {
        "tokens": {"access": access, "refresh": renewing},
        "given_for": given_for(inbox.settings),
        "renewed_at": moment,
        "trouble": "",
        "asks_again_at": None,
        "expires_at": moment if ended else now() + timedelta(hours=1),
    }
    grant, _new = MailboxGrant.objects.update_or_create(inbox=inbox, defaults=facts | fields)
    Inbox.objects.filter(pk=inbox.pk).update(sign_in_needed_at=None)
    inbox.refresh_from_db()
    return grant


@pytest.fixture
def connected(unconnected: Inbox, provider: IdentityProvider) -> Inbox:
    connect(unconnected, provider)
    return unconnected


@pytest.fixture
def ended(unconnected: Inbox, provider: IdentityProvider) -> Inbox:
    """Connected, and its access token has run out."""
    connect(unconnected, provider, ended=True)
    return unconnected
