"""Try to get a token from the provider that signs this mailbox in: the first step, where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels_inbox.email.oauth.providers import provider_of
from channels_inbox.email.oauth.tokens import NoToken
from channels_inbox.email.probe import advice
from channels_inbox.email.probe.steps import Clock, Step, Words, run


def steps(known: Mapping[str, Any], clock: Clock) -> Iterator[Step]:
    provider = provider_of(known)
    title = _("Get a token from %(provider)s") % {"provider": provider.name if provider else "?"}

    def ask() -> None:
        known["tokens"].current()

    yield from run([(title, ask)], explain, clock)


def explain(error: Exception) -> Words:
    return error.sentence if isinstance(error, NoToken) else advice.explain(error)
