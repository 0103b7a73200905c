"""The way to the provider and back (RFC 6749, 4.1 with RFC 7636 and RFC 9700): an admin lets the desk into a mailbox.

Each way has a `state` that one browser session may use once, within minutes, for one inbox and one provider. The
code that comes back is worth nothing without the verifier, which never leaves the desk before it is exchanged.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import transaction
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from channels_inbox import doorbell
from channels_inbox.email.oauth import grants, tokens
from channels_inbox.email.oauth.providers import Provider, given_for, provider_of
from channels_inbox.email.oauth.tokens import NoToken, Tokens, Trouble
from channels_inbox.models import Inbox, MailboxGrant, MailboxSignIn, MessageDelivery
from foundation import audit
from foundation.errors import HelpdeskError
from foundation.richtext import strip_controls

LASTS = timedelta(minutes=15)
LONGEST_CODE = 4000
LONGEST_DESCRIPTION = 300

AGAIN = _("This answer belongs to no sign-in that was begun here, or was used before. Begin again.")
MIXED_UP = _("The answer did not come from the provider that was asked. Begin again.")
CHANGED = _("The inbox was changed meanwhile. Begin again.")
TOO_LATE = _("The provider does not accept this answer any more. Begin again.")
NOT_LASTING = _(
    "The provider gave access for an hour only. Ask it for lasting access (offline access), then connect again."
)
NOT_ALL = _(
    "The provider did not give all that mail needs. Connect again, and agree to everything on its page."
)
ERRORS: dict[str, str | Promise] = {
    "access_denied": _(
        "Access was not given: somebody said no on the provider's page, or an admin there has to agree."
    ),
    "consent_required": _("An admin at the provider has to agree first."),
    "interaction_required": _("An admin at the provider has to agree first."),
    "unauthorized_client": _("The provider does not know this desk's client id, or does not let it do this."),
    "invalid_client": _("The provider does not know this desk's client id, or does not let it do this."),
    "invalid_scope": _("The provider does not give what mail needs. Check the registration's permissions."),
    "server_error": _("The provider had a problem of its own. Try again in a few minutes."),
    "temporarily_unavailable": _("The provider had a problem of its own. Try again in a few minutes."),
}
OTHER_ERROR = _("The provider refused the sign-in.")


class NotConnected(HelpdeskError):
    """It did not come about. `inbox` where it is known which one was meant."""

    def __init__(self, sentence: str | Promise, *, inbox: Inbox | None = None, said: str = "") -> None:
        super().__init__(sentence)
        self.inbox = inbox
        self.said = said  # in the provider's own words


def begin(inbox: Inbox, *, session_key: str) -> str:
    """The address at the provider to which the admin goes now."""
    provider = provider_of(inbox.settings)
    if provider is None:
        raise NotConnected(_("This inbox signs in with a password."), inbox=inbox)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    MailboxSignIn.objects.filter(created_at__lt=Now() - LASTS).delete()
    MailboxSignIn.objects.create(
        inbox=inbox,
        state_hash=_digest(state),
        session_hash=_digest(session_key),
        proof={"verifier": verifier},
        given_for=given_for(inbox.settings),
    )
    challenge = base64.urlsafe_b64encode(_digest(verifier)).rstrip(b"=").decode()
    return _with(
        provider.authorize_url,
        {
            **provider.asks,
            "response_type": "code",
            "client_id": str(inbox.settings.get("oauth_client_id", "")),
            "redirect_uri": provider.redirect_uri,
            "scope": provider.scope,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "login_hint": account_of(inbox),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInState:
    """How a mailbox's sign-in stands, for its page."""

    provider: str
    account: str
    since: datetime | None  # None: it is not connected
    is_needed: bool


def sign_in_of(inbox: Inbox) -> SignInState | None:
    """None where the mailbox has a password."""
    provider = provider_of(inbox.settings)
    if provider is None:
        return None
    grant = MailboxGrant.objects.filter(inbox=inbox).only("connected_at").first()
    return SignInState(
        provider=provider.name,
        account=account_of(inbox),
        since=grant.connected_at if grant else None,
        is_needed=inbox.sign_in_needed_at is not None or grant is None,
    )


def account_of(inbox: Inbox) -> str:
    """Whose mailbox it is, as the provider knows it."""
    return str(inbox.settings.get("imap_user") or inbox.settings.get("smtp_user") or inbox.address)


def _with(address: str, parameters: dict[str, str]) -> str:
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | parameters
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


# ---- The way back


def finish(
    provider_key: str, answer: QueryDict, *, session_key: str, actor: audit.Actor, ip: str | None
) -> Inbox:
    """Take what the browser brought back from the provider, and connect the mailbox. Raises NotConnected."""
    sign_in = _used_up(answer, session_key)
    inbox = sign_in.inbox
    try:
        provider = _asked(sign_in, provider_key, answer)
        new = _tokens(provider, inbox, answer, str(sign_in.proof.get("verifier", "")))
        return _connect(inbox, sign_in.given_for, new, actor=actor, ip=ip)
    except NotConnected as failure:
        failure.inbox = inbox
        raise


def _used_up(answer: QueryDict, session_key: str) -> MailboxSignIn:
    """The sign-in that this browser began under this state: whoever comes second finds nothing."""
    state = answer.get("state", "")
    sign_in = (
        MailboxSignIn.objects.select_related("inbox")
        .filter(state_hash=_digest(state), session_hash=_digest(session_key), created_at__gt=Now() - LASTS)
        .first()
    )
    if sign_in is None or not MailboxSignIn.objects.filter(pk=sign_in.pk).delete()[0]:
        raise NotConnected(AGAIN)
    return sign_in


def _asked(sign_in: MailboxSignIn, provider_key: str, answer: QueryDict) -> Provider:
    """The provider that was asked, if it is the one that answers."""
    if any(len(values) > 1 for _name, values in answer.lists()):
        raise NotConnected(AGAIN)
    provider = provider_of(sign_in.inbox.settings)
    if provider is None or given_for(sign_in.inbox.settings) != sign_in.given_for:
        raise NotConnected(CHANGED)
    if provider.key != provider_key or not _is_issuer(answer.get("iss", ""), provider.issuer):
        raise NotConnected(MIXED_UP)
    return provider


def _is_issuer(named: str, expected: str) -> bool:
    """One that is not named, or that nobody expects, is told by the redirect address, which each has for itself."""
    if not named or not expected or named == expected:
        return True
    return expected.endswith("/") and named.startswith(expected)


def _tokens(provider: Provider, inbox: Inbox, answer: QueryDict, verifier: str) -> Tokens:
    if error := answer.get("error"):
        said = strip_controls(answer.get("error_description", "") or error)[:LONGEST_DESCRIPTION]
        raise NotConnected(ERRORS.get(error, OTHER_ERROR), said=said)
    code = answer.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE:
        raise NotConnected(AGAIN)
    try:
        new = tokens.exchange(provider, grants.client_of(inbox), code=code, verifier=verifier)
    except NoToken as trouble:
        raise NotConnected(TOO_LATE if trouble.trouble == Trouble.ENDED else trouble.sentence) from trouble
    if not new.refresh:
        raise NotConnected(NOT_LASTING)
    if new.scopes and not new.scopes >= {scope.lower() for scope in provider.scopes}:
        raise NotConnected(NOT_ALL)
    return new


@transaction.atomic
def _connect(
    inbox: Inbox, wanted: dict[str, Any], new: Tokens, *, actor: audit.Actor, ip: str | None
) -> Inbox:
    """Keep the tokens, and let everything that waited go on at once."""
    inbox = Inbox.objects.select_for_update().get(pk=inbox.pk)
    if given_for(inbox.settings) != wanted:
        raise NotConnected(CHANGED)
    MailboxGrant.objects.filter(inbox=inbox).delete()
    grant = MailboxGrant(inbox=inbox, tokens={}, given_for=wanted, connected_at=now())
    grants.keep(grant, new)
    grant.save()
    Inbox.objects.filter(pk=inbox.pk).update(
        sign_in_needed_at=None,
        failing_since=None,
        last_error="",
        fetch_failures=0,
        send_failures=0,
        send_resumes_at=None,
    )
    waiting = MessageDelivery.objects.filter(inbox=inbox, state=MessageDelivery.State.RETRY)
    waiting.filter(next_at__gt=Now(), lease=None).update(next_at=Now())
    provider, account = wanted["provider"], account_of(inbox)
    audit.record(
        actor=actor,
        action="inbox.connected",
        obj=inbox,
        changes={"provider": [None, provider], "account": [None, account]},
        ip=ip,
    )
    doorbell.ring_after_commit(doorbell.SEND_DUE)
    return inbox
