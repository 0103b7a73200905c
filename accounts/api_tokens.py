"""Keys to the API: made once, shown once, kept as a hash."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.timezone import now

from accounts.models import Agent, ApiToken
from foundation import audit
from foundation.tokens import hash_token

PREFIX = "hd_"


def issue(
    *, agent: Agent, name: str, scopes: Sequence[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its plain text, which nobody can read again afterwards."""
    plain = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        agent=agent,
        name=name,
        prefix=plain[:9],
        token_hash=hash_token(plain),
        scopes=list(scopes),
        expires_at=expires_at,
    )
    audit.record(
        actor=agent.as_actor, action="api_token.issued", obj=token, changes={"scopes": [[], list(scopes)]}
    )
    return token, plain


def find(plain: str) -> ApiToken | None:
    """The living token with this text, of an agent who may still sign in."""
    living = Q(revoked_at=None, agent__is_active=True) & (Q(expires_at=None) | Q(expires_at__gt=now()))
    return ApiToken.objects.filter(living, token_hash=hash_token(plain)).select_related("agent").first()


def touch(token: ApiToken) -> None:
    """Remember when the token was last used, to the minute: not a write per request."""
    if token.last_used_at is None or (now() - token.last_used_at).total_seconds() > 60:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now())


def revoke(token: ApiToken, *, actor: Agent) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now())
    audit.record(actor=actor.as_actor, action="api_token.revoked", obj=token)
