"""Give a sign-in back to its provider (RFC 7009), so that the tokens of a mailbox that was disconnected open nothing.

Best effort, after the commit: whether it succeeds stands in the audit trail. Microsoft has no such address; there a
person takes it back on the pages of the account. https://developers.google.com/identity/protocols/oauth2/web-server
"""

from __future__ import annotations

import logging
from functools import partial

from django.db import transaction

from channels_inbox.email.oauth.providers import Provider, provider_of
from channels_inbox.email.oauth.tokens import Client
from channels_inbox.models import Inbox, MailboxGrant
from foundation import audit, http
from foundation.errors import HelpdeskError

TIMEOUT, TOTAL_TIMEOUT = (3.0, 5.0), 8.0  # seconds: somebody waits for the page
GIVEN_BACK = "given back"
NOT_KNOWN = "the provider has no address for that; take it back on the pages of the account"
USED_ELSEWHERE = "kept, because another inbox uses the same account"

logger = logging.getLogger(__name__)


def give_back(grant: MailboxGrant) -> None:
    """The grant is about to be deleted; its inbox still has the settings with which it was given."""
    stored = Inbox.objects.filter(pk=grant.inbox_id).first()
    provider = provider_of(stored.settings) if stored else None
    token = str(grant.tokens.get("refresh", "") or grant.tokens.get("access", ""))
    if stored is None or provider is None or not token:
        return
    client = Client(
        id=str(stored.settings.get("oauth_client_id", "")),
        secret=str(stored.credentials.get("oauth_client_secret", "")),
    )
    shared = _is_shared(grant)
    transaction.on_commit(partial(_revoke, stored, provider, client, token, shared=shared), robust=True)


def _is_shared(grant: MailboxGrant) -> bool:
    """At some providers one token that is given back takes all of the same account and client along."""
    same = {
        f"given_for__{name}": grant.given_for.get(name, "")
        for name in ("token_url", "client_id", "imap_user")
    }
    return MailboxGrant.objects.filter(**same).exclude(pk=grant.pk).exists()


def _revoke(inbox: Inbox, provider: Provider, client: Client, token: str, *, shared: bool) -> None:
    if shared:
        outcome = USED_ELSEWHERE
    elif not provider.revoke_url:
        outcome = NOT_KNOWN
    else:
        outcome = _ask(provider, client, token)
    audit.record(
        actor=None,
        action="inbox.sign_in_given_back",
        obj=inbox,
        changes={"sign_in": [provider.name, outcome]},
    )


def _ask(provider: Provider, client: Client, token: str) -> str:
    known_as = {"client_id": client.id} | ({"client_secret": client.secret} if client.secret else {})
    try:
        answer = http.post(
            provider.revoke_url,
            data={"token": token, **known_as},
            timeout=TIMEOUT,
            total_timeout=TOTAL_TIMEOUT,
        )
    except HelpdeskError as error:
        logger.warning("The sign-in at %s could not be given back.", provider.name, exc_info=True)
        return f"not given back: {error}"
    return GIVEN_BACK if answer.status == 200 else f"not given back: the provider answered {answer.status}"
