"""Keys to the API: made once, shown once, kept as a hash."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils.timezone import now

from accounts.models import Agent, ApiToken
from foundation import audit
from foundation.tokens import hash_token

PREFIX = "hd_"
NOT_EXPIRED = Q(expires_at=None) | Q(expires_at__gt=Now())


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
    found = ApiToken.objects.filter(NOT_EXPIRED, revoked_at=None, token_hash=hash_token(plain))
    return found.filter(agent__is_active=True).select_related("agent").first()


def touch(token: ApiToken) -> None:
    """Remember when the token was last used, to the minute: not a write per request."""
    if token.last_used_at is None or (now() - token.last_used_at).total_seconds() > 60:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now())


def living(agent: Agent) -> QuerySet[ApiToken]:
    """The tokens with which this agent's programs get in."""
    return ApiToken.objects.filter(NOT_EXPIRED, agent=agent, revoked_at=None).order_by("pk")


def revoke(token: ApiToken, *, actor: audit.Actor, ip: str | None = None) -> None:
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now()):
        audit.record(actor=actor, action="api_token.revoked", obj=token, ip=ip)


def revoke_all(agent: Agent, *, actor: audit.Actor, ip: str | None = None) -> int:
    """Every token of this agent, those included that have expired by themselves. Returns how many."""
    tokens = list(ApiToken.objects.select_for_update().filter(agent=agent, revoked_at=None).order_by("pk"))
    for token in tokens:
        revoke(token, actor=actor, ip=ip)
    return len(tokens)
