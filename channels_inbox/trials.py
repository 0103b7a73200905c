"""Tests of mailboxes that are under way: begun by a click, done in a thread, watched by the page that asked.

Only what the page shows is kept, for some minutes, under a key that only the agent who asked may use. The passwords
stay in the memory of the process that tests; neither broker nor cache ever sees them.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import Agent
from channels_inbox.email.oauth.grants import MailboxTokens
from channels_inbox.email.oauth.providers import provider_of
from channels_inbox.email.probe import LONGEST, State, Step, probe
from channels_inbox.settings_form import ChannelSettingsForm
from foundation import limits

KEPT_FOR = 10 * 60  # seconds
# A test reaches out to a server that somebody typed in: not a tool for looking at many ports.
MOST, WITHIN = 40, 10 * 60

logger = logging.getLogger(__name__)


@dataclass
class Trial:
    key: str = ""
    steps: list[Step] = field(default_factory=list)
    is_over: bool = False
    refused: list[str] = field(default_factory=list)  # why it did not begin
    began_at: datetime = field(default_factory=now)

    @property
    def went_well(self) -> bool:
        return self.is_over and bool(self.steps) and all(step.state != State.FAILED for step in self.steps)

    @property
    def broke_off(self) -> bool:
        """Nobody works on it any more: its process was stopped."""
        return not self.is_over and now() - self.began_at > timedelta(seconds=LONGEST + 10)


def run_now(
    form: ChannelSettingsForm, *, sender: str, send_to: str = "", inbox_pk: int | None = None
) -> Trial:
    """The whole test, for a page that waits for it. `inbox_pk`: the stored inbox, whose sign-in may be used."""
    if refused := _why_not(form, sender):
        return Trial(is_over=True, refused=refused)
    steps = list(probe(form.settings, _credentials(form, inbox_pk), address=sender, send_to=send_to))
    return Trial(steps=steps, is_over=True)


def _credentials(form: ChannelSettingsForm, inbox_pk: int | None) -> dict[str, Any]:
    if provider_of(form.settings) is None:
        return form.credentials
    return {**form.credentials, "tokens": MailboxTokens(inbox_pk, form.settings)}


def begin(
    form: ChannelSettingsForm, *, agent: Agent, sender: str, send_to: str = "", inbox_pk: int | None = None
) -> Trial:
    """Begin a test and return at once; `look_at` tells how it goes on."""
    refused = _why_not(form, sender)
    if not refused and not limits.hit(f"trial:{agent.pk}", limit=MOST, per=WITHIN).allowed:
        refused = [_("That were many tests. Wait a few minutes before the next one.")]
    if refused:
        return Trial(is_over=True, refused=refused)
    trial = Trial(key=secrets.token_urlsafe(16))
    _keep(trial, agent.pk)
    work = threading.Thread(
        target=_work,
        args=(
            trial,
            agent.pk,
            form.settings,
            _credentials(form, inbox_pk),
            sender,
            send_to,
            translation.get_language(),
        ),
        name="mailbox-trial",
        daemon=True,
    )
    work.start()
    return trial


def _work(
    trial: Trial,
    agent_pk: int,
    settings: Mapping[str, Any],
    credentials: Mapping[str, Any],
    sender: str,
    send_to: str,
    language: str | None,
) -> None:
    try:
        with translation.override(language):
            for step in probe(settings, credentials, address=sender, send_to=send_to):
                trial.steps.append(step)
                _keep(trial, agent_pk)
    except Exception:  # a fault of ours: the page must not wait for ever
        logger.exception("A test of a mailbox failed.")
        trial.steps.append(
            Step(title=_("Test"), state=State.FAILED, words=_("The test itself failed; the log says how."))
        )
    finally:
        connection.close()  # this thread's own, if the sign-in was looked up
    trial.is_over = True
    _keep(trial, agent_pk)


def look_at(key: str, *, agent: Agent) -> Trial | None:
    """The test that this agent began under this key."""
    kept = cache.get(_name(key, agent.pk))
    if kept is None:
        return None
    facts = json.loads(kept)
    return Trial(
        key=key,
        steps=[
            Step(title=each["title"], state=State(each["state"]), words=each["words"])
            for each in facts["steps"]
        ],
        is_over=facts["is_over"],
        began_at=datetime.fromisoformat(facts["began_at"]),
    )


def _keep(trial: Trial, agent_pk: int) -> None:
    facts = {
        "steps": [asdict(step) for step in trial.steps],
        "is_over": trial.is_over,
        "began_at": trial.began_at.isoformat(),
    }
    cache.set(_name(trial.key, agent_pk), json.dumps(facts), KEPT_FOR)


def _name(key: str, agent_pk: int) -> str:
    return f"trial:{agent_pk}:{key}"


def _why_not(form: ChannelSettingsForm, sender: str) -> list[str]:
    """What has to be put right in the form first."""
    if not form.is_valid():
        return [
            f"{form.fields[name].label if name in form.fields else ''}: {error}".removeprefix(": ")
            for name, errors in form.errors.items()
            for error in errors
        ]
    if not form.settings.get("imap_host") and not form.settings.get("smtp_host"):
        return [_("Name a server first.")]
    try:
        validate_email(sender.strip())
    except ValidationError:
        return [_("Write the inbox's address first: mail is sent from it.")]
    return []
