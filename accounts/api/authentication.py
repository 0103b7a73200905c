"""`Authorization: Bearer <token>`. The API never looks at cookies, so it needs no CSRF token either."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from accounts import api_tokens
from accounts.models import Agent, ApiToken
from foundation import limits

REQUESTS_PER_MINUTE = 600


class BearerToken(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Agent, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Write: Authorization: Bearer <token>.")
        token = api_tokens.find(words[1].decode("ascii", "replace"))
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        verdict = limits.hit(f"api:{token.pk}", limit=REQUESTS_PER_MINUTE, per=60)
        if not verdict.allowed:
            raise Throttled(wait=verdict.retry_after)
        api_tokens.touch(token)
        return token.agent, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerTokenScheme(OpenApiAuthenticationExtension):
    target_class = BearerToken
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
