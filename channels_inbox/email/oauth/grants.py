"""The access token of a mailbox: renewed before it ends, by one process at a time, and never logged.

Whoever renews holds the row of the grant, so the provider is asked once, however many wait; the newest refresh
token is stored in the commit that follows its answer. When the provider says that it is over, mail waits on both
sides until somebody signs in again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce, Now
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from channels_inbox.email.oauth import revoking, tokens
from channels_inbox.email.oauth.providers import given_for, provider_of
from channels_inbox.email.oauth.tokens import Client, NoToken, Tokens, Trouble
from channels_inbox.models import Inbox, MailboxGrant
from foundation import audit, faults

RENEWED_BEFORE = timedelta(minutes=5)  # its end
# A server that refuses a token this young does not want another one.
YOUNG = timedelta(seconds=60)
BACKOFF = (5, 15, 60, 300)  # seconds until the provider is asked again; the last one repeats

SIGN_IN = _("Sign in at the provider: “Connect” on the page of this inbox.")
SIGN_IN_AGAIN = _(
    "The provider no longer lets this desk in. Sign in again: “Connect again” on the inbox's page."
)
CLIENT_REFUSED = _(
    "The provider does not accept this desk's client id, its secret, or what it asks for. Check them on the inbox's"
    " page, save, and connect again."
)
WAITS = _("The provider did not answer well; it is asked again in a moment.")
PERSONS = {Trouble.ENDED: SIGN_IN_AGAIN, Trouble.CLIENT: CLIENT_REFUSED}

logger = logging.getLogger(__name__)


class MailboxTokens:
    """Where a mailbox's access token comes from. Prints nothing of it.

    `settings` are those with which the token will be used: it is told to nobody but whom it was given for.
    """

    def __init__(self, inbox_pk: int | None, settings: Mapping[str, Any]) -> None:
        self.inbox_pk, self.given_for = inbox_pk, given_for(settings)

    def current(self) -> str:
        """A token that has not ended. Raises NoToken."""
        return self._token(refused="")

    def instead_of(self, refused: str) -> str:
        """Another one than this, which a server did not take; the same where another would be no better."""
        return self._token(refused=refused)

    def _token(self, *, refused: str) -> str:
        if self.inbox_pk is None:
            raise NoToken(SIGN_IN, Trouble.ENDED)
        with transaction.atomic(durable=True):
            rows = MailboxGrant.objects.select_for_update(of=("self",)).select_related("inbox")
            grant = rows.filter(inbox=self.inbox_pk).first()
            found = self._found(grant, refused)
        if isinstance(found, NoToken):
            if found.trouble != Trouble.LATER:
                _call_for_a_person(self.inbox_pk)
            raise found
        return found

    def _found(self, grant: MailboxGrant | None, refused: str) -> str | NoToken:
        if grant is None or grant.given_for != self.given_for:
            return NoToken(SIGN_IN, Trouble.ENDED)
        if grant.trouble:
            return NoToken(PERSONS[Trouble(grant.trouble)], Trouble(grant.trouble))
        access, moment = str(grant.tokens.get("access", "")), now()
        is_young = grant.renewed_at > moment - YOUNG
        if access != refused and grant.expires_at > moment + RENEWED_BEFORE:
            return access
        if access == refused and is_young:
            return access
        if grant.asks_again_at and grant.asks_again_at > moment:
            found: str | NoToken = NoToken(WAITS)
        else:
            found = _renew(grant)
        # What still holds is used on, whatever the provider says just now.
        passes = isinstance(found, NoToken) and found.trouble == Trouble.LATER
        return access if passes and access != refused and grant.expires_at > moment else found


def _renew(grant: MailboxGrant) -> str | NoToken:
    """Ask the provider, under the lock, and write down what came of it."""
    provider = provider_of(grant.inbox.settings)
    if provider is None:
        return NoToken(SIGN_IN, Trouble.ENDED)
    try:
        new = tokens.refresh(provider, client_of(grant.inbox), str(grant.tokens.get("refresh", "")))
    except NoToken as trouble:
        logger.warning("The sign-in of %s was not renewed: %s", grant.inbox, trouble)
        return _not_renewed(grant, trouble)
    faults.point("oauth.renewed")
    keep(grant, new)
    grant.save()
    return new.access


def _not_renewed(grant: MailboxGrant, trouble: NoToken) -> NoToken:
    if trouble.trouble == Trouble.LATER:
        wait = BACKOFF[min(grant.failures, len(BACKOFF) - 1)]
        grant.failures, grant.asks_again_at = grant.failures + 1, now() + timedelta(seconds=wait)
        grant.save(update_fields=["failures", "asks_again_at"])
        return trouble
    grant.trouble = trouble.trouble
    fields = ["trouble"]
    if trouble.trouble == Trouble.ENDED:
        grant.tokens = {}
        fields.append("tokens")
    grant.save(update_fields=fields)
    audit.record(
        actor=None,
        action="inbox.sign_in_ended",
        obj=grant.inbox,
        changes={"sign_in": [grant.given_for["provider"], str(trouble)]},
    )
    return NoToken(PERSONS[trouble.trouble], trouble.trouble)


def keep(grant: MailboxGrant, new: Tokens) -> None:
    """Put new tokens into the grant. A provider that sends no new refresh token goes on with the one before."""
    grant.tokens = {"access": new.access, "refresh": new.refresh or grant.tokens.get("refresh", "")}
    grant.renewed_at = now()
    grant.expires_at = grant.renewed_at + new.lasts
    grant.failures, grant.asks_again_at, grant.trouble = 0, None, ""


def _call_for_a_person(inbox_pk: int) -> None:
    """In a commit of its own: whoever saves the inbox locks it first and the grant second."""
    troubled = MailboxGrant.objects.filter(inbox=OuterRef("pk")).exclude(trouble="")
    missing = ~Exists(MailboxGrant.objects.filter(inbox=OuterRef("pk")))
    stuck = Inbox.objects.filter(Exists(troubled) | missing, pk=inbox_pk)
    stuck.update(sign_in_needed_at=Coalesce("sign_in_needed_at", Now()))


def client_of(inbox: Inbox) -> Client:
    return Client(
        id=str(inbox.settings.get("oauth_client_id", "")),
        secret=str(inbox.credentials.get("oauth_client_secret", "")),
    )


def settle(inbox: Inbox, *, tries_again: bool) -> None:
    """The inbox's settings are about to be saved: does its sign-in still fit them? Sets sign_in_needed_at.

    `tries_again`: what the provider refused about the desk itself may be mended.
    """
    wanted = given_for(inbox.settings)
    grant = MailboxGrant.objects.select_for_update().filter(inbox=inbox.pk).first() if inbox.pk else None
    if grant and grant.given_for != wanted:
        revoking.give_back(grant)
        grant.delete()
        grant = None
    if grant and grant.trouble == Trouble.CLIENT and tries_again:
        grant.trouble, grant.asks_again_at = "", None
        grant.save(update_fields=["trouble", "asks_again_at"])
    needed = bool(wanted) and (grant is None or bool(grant.trouble))
    inbox.sign_in_needed_at = (inbox.sign_in_needed_at or now()) if needed else None


def wire_settings(inbox: Inbox) -> dict[str, Any]:
    """All that is needed to sign in to the servers of an inbox: settings, passwords, and where a token comes from."""
    known = {**inbox.settings, **inbox.credentials}
    if provider_of(inbox.settings):
        known["tokens"] = MailboxTokens(inbox.pk, inbox.settings)
    return known
