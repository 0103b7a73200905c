"""What an API token may be good for. A token never does more than its agent may, and never more than its scopes."""

from __future__ import annotations

from typing import cast

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import ApiToken


class Scope(TextChoices):
    TICKETS_READ = "tickets:read", _("read tickets and public messages")
    TICKETS_WRITE = "tickets:write", _("open, change and answer tickets")
    NOTES_READ = "notes:read", _("read internal notes")
    NOTES_WRITE = "notes:write", _("write internal notes")
    CUSTOMERS_READ = "customers:read", _("read customers")
    CUSTOMERS_WRITE = "customers:write", _("add and change customers")


def token_of(request: Request) -> ApiToken:
    """The token of an authenticated request."""
    return cast(ApiToken, request.auth)


class HasScope(BasePermission):
    """A view names `read_scope` and `write_scope`; an action may name its own with @scoped."""

    message = "This token lacks the scope for that."

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiToken):
            return False
        handler = getattr(view, getattr(view, "action", None) or "", None)
        name = "read_scope" if request.method in ("GET", "HEAD", "OPTIONS") else "write_scope"
        wanted = getattr(handler, "scope", None) or getattr(view, name)
        self.message = f"This token lacks the scope {wanted}."
        return wanted in request.auth.scopes
