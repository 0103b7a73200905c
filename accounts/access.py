"""Let in those who may, and tell the others why not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Agent
from accounts.permissions import Permission

View = Callable[..., HttpResponse]


def agent_of(request: HttpRequest) -> Agent:
    """The signed-in agent. Only for views that are behind login_required."""
    return cast(Agent, request.user)


def demand(agent: Agent, permission: str) -> None:
    """Raise PermissionDenied, with a sentence that says what is missing, unless the agent may."""
    if not agent.can(permission):
        what = Permission(permission).label
        raise PermissionDenied(
            _("Your role does not let you %(what)s. Ask an admin of this desk.") % {"what": what}
        )


def allow(permission: str) -> Callable[[View], View]:
    """Only agents with this permission get in: @allow("inboxes.manage")."""

    def guard(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            demand(agent_of(request), permission)
            return view(request, *args, **kwargs)

        return guarded

    return guard
