"""Set up which provider calls for an inbox, change its secret address, and note who did."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings as django_settings
from django.db import transaction
from django.urls import reverse

from channels_inbox.email.providers.catalogue import PROVIDERS
from channels_inbox.email.providers.provider import USER
from channels_inbox.models import Inbox, ProviderHook
from foundation import audit
from foundation.secrets import Secrets, masked


def hook_of(inbox: Inbox) -> ProviderHook | None:
    return ProviderHook.objects.filter(inbox=inbox).first()


@transaction.atomic
def save(
    inbox: Inbox,
    *,
    provider: str,
    settings: Mapping[str, Any],
    credentials: Mapping[str, Any],
    actor: audit.Actor,
    ip: str | None = None,
) -> ProviderHook | None:
    """Let this provider call, or none (""). What is known about the calls of another one is forgotten."""
    Inbox.objects.select_for_update(no_key=True).get(pk=inbox.pk)
    hook = hook_of(inbox)
    before = _facts(hook)
    if not provider:
        ProviderHook.objects.filter(inbox=inbox).delete()
        hook = None
    else:
        if hook is None or hook.provider != provider:
            ProviderHook.objects.filter(inbox=inbox).delete()
            hook = ProviderHook(inbox=inbox, provider=provider)
        hook.settings, hook.credentials = dict(settings), Secrets(credentials)
        hook.save()
    changes = audit.changes_between(before, _facts(hook))
    if changes:
        audit.record(actor=actor, action="inbox.changed", obj=inbox, changes=changes, ip=ip)
    return hook


@transaction.atomic
def renew_address(inbox: Inbox, *, actor: audit.Actor, ip: str | None = None) -> Inbox:
    """From now on the provider has to call another address; the old one is nobody's."""
    inbox.refresh_from_db(from_queryset=Inbox.objects.select_for_update(no_key=True))
    before = inbox.token
    inbox.token = secrets.token_urlsafe()
    inbox.save(update_fields=["token"])
    changes = {"token": [masked(before), masked(inbox.token)]}
    audit.record(actor=actor, action="inbox.changed", obj=inbox, changes=changes, ip=ip)
    return inbox


def addresses(inbox: Inbox, provider: str) -> tuple[str, str]:
    """Where this provider has to bring mail, and where events. PASSWORD stands for the password, which nobody reads."""
    kind = PROVIDERS[provider]
    site = django_settings.SITE_URL
    if "password" in kind.fields:
        site = site.replace("://", f"://{USER}:PASSWORD@", 1)
    address = site + reverse("channels_inbox:hook", args=[inbox.token])
    return address + kind.mail_path, address


def _facts(hook: ProviderHook | None) -> dict[str, Any]:
    if hook is None:
        return {"provider": ""}
    known = {name: Secrets({name: value}) if value else "" for name, value in hook.credentials.items()}
    return {"provider": hook.provider, **hook.settings, **known}
