"""Let agents in by email and password, and make guessing hopeless.

Whoever is asked for, known or not, active or not, one password is hashed, and the answer is the same. Tries are
counted before the password is looked at, in one statement of the database, so that no number of parallel tries
gets more than the limit; a right password gives its own try back.
"""

from __future__ import annotations

from typing import Any

from django.contrib import auth
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import demo
from accounts.models import Agent
from foundation import audit, limits
from foundation.client_address import client_address, client_network
from foundation.errors import HelpdeskError

# So many wrong passwords in so many seconds, for one account and from one network.
TRIES, WINDOW = 10, 15 * 60
# Longer ones are nobody's password, and hashing them is work for free.
LONGEST_PASSWORD = 1024
BACKEND = "accounts.sign_in.AgentBackend"


class WrongPassword(HelpdeskError):
    """No active agent has this address and password."""

    def __init__(self) -> None:
        super().__init__(_("The email address or the password is not right."))


class NotYourPassword(HelpdeskError):
    """Somebody sits at a signed-in agent's screen, or the agent mistyped."""

    def __init__(self) -> None:
        super().__init__(_("This is not your password."))


class TooManyTries(HelpdeskError):
    """Enough was guessed for now, whether or not there is such an account."""

    def __init__(self, seconds: int) -> None:
        minutes = max(1, -(-seconds // 60))
        super().__init__(
            ngettext(
                "Too many wrong passwords. Try again in %(count)d minute, or have a link mailed to you.",
                "Too many wrong passwords. Try again in %(count)d minutes, or have a link mailed to you.",
                minutes,
            )
            % {"count": minutes}
        )


class AgentBackend(BaseBackend):
    """Django's door to `attempt`, for its admin and its test client; and who a session belongs to."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **credentials: Any
    ) -> Agent | None:
        try:
            return attempt(request, username or credentials.get("email", ""), password)
        except TooManyTries as refused:
            raise PermissionDenied from refused
        except WrongPassword:
            return None

    def get_user(self, user_id: int) -> Agent | None:
        """None ends the session: an agent who was deactivated is out at their next click."""
        return Agent.objects.signed_in(user_id)


def attempt(request: HttpRequest | None, email: str, password: str) -> Agent:
    """The active agent with this address and password. Raises WrongPassword or TooManyTries."""
    if "\0" in email or len(password) > LONGEST_PASSWORD:
        raise WrongPassword
    email = email.strip().lower()[:254]
    keys = _count(request, email)
    agent = Agent.objects.filter(email__iexact=email).first()
    if not _is_right(agent, password):
        raise WrongPassword
    for key in keys:
        limits.give_back(key)
    assert agent is not None
    return agent


def _count(request: HttpRequest | None, email: str) -> list[str]:
    """Count this try for the account and for the network it comes from, if neither has had enough."""
    keys = [f"sign-in:account:{email}"]
    if request and (network := client_network(request)):
        keys.append(f"sign-in:network:{network}")
    counted: list[str] = []
    for key in keys:
        verdict = limits.hit(key, limit=TRIES, per=WINDOW)
        if not verdict.allowed:
            for earlier in counted:
                limits.give_back(earlier)
            raise TooManyTries(verdict.retry_after)
        counted.append(key)
    return keys


def _is_right(agent: Agent | None, password: str) -> bool:
    if agent is None or demo.is_worthless(password):
        make_password(password)  # as much work as for somebody who exists
        return False
    return agent.check_password(password) and agent.is_active


def confirm(request: HttpRequest, agent: Agent, password: str) -> None:
    """A signed-in agent proves once more who they are. Raises NotYourPassword or TooManyTries."""
    try:
        attempt(request, agent.email, password)
    except WrongPassword:
        raise NotYourPassword from None


def welcome(request: HttpRequest, agent: Agent, *, by: str) -> None:
    """Begin a session under a new key, and note from where. What the visitor's session held before is gone."""
    auth.login(request, agent, backend=BACKEND)
    audit.record(
        actor=agent.as_actor,
        action="agent.signed_in",
        obj=agent,
        changes={"by": ["", by]},
        ip=client_address(request) or None,
    )
