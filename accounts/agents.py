"""Change what an agent is called and how they sign in, and let them go."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import api_tokens, magic_links, notices
from accounts.models import Agent
from accounts.permissions import Permission
from foundation import audit
from foundation.errors import HelpdeskError

# How an agent likes their own screen is nobody else's business.
PRIVATE = frozenset(
    {"language", "time_zone", "theme", "shortcuts_on", "mail_when_assigned", "mail_when_answered"}
)


@transaction.atomic
def change(agent: Agent, *, actor: audit.Actor, **values: object) -> Agent:
    """Change an agent's own fields, and note who did."""
    before = {field: getattr(agent, field) for field in values}
    changes = audit.changes_between(before, values)
    if not changes:
        return agent
    for field in changes:
        setattr(agent, field, values[field])
    agent.save(update_fields=list(changes))
    if public := {field: change for field, change in changes.items() if field not in PRIVATE}:
        audit.record(actor=actor, action="agent.changed", obj=agent, changes=public)
    return agent


@transaction.atomic
def change_password(agent: Agent, password: str, *, actor: audit.Actor, ip: str | None = None) -> None:
    """Give the agent another password, and tell them by mail.

    Whoever got in with the old one is out: every session ends, every API token is revoked, and every link made
    for them before opens nothing any more.
    """
    agent.set_password(password)
    agent.save(update_fields=["password"])
    magic_links.withdraw(agent)
    revoked = api_tokens.revoke_all(agent, actor=actor, ip=ip)
    audit.record(
        actor=actor,
        action="agent.password_changed",
        obj=agent,
        changes={"programs_shut_out": [0, revoked]} if revoked else None,
        ip=ip,
    )
    notices.send(notices.PASSWORD_CHANGED, address=agent.email)


class LastOne(HelpdeskError):
    """Nobody would be left who could undo it."""

    status = 409


class NotOneself(HelpdeskError):
    status = 409


def refuse_farewell(agent: Agent, *, actor: Agent) -> None:
    """Raise LastOne or NotOneself. Locks those who manage agents, so that two of them cannot let each other go."""
    if agent.pk == actor.pk:
        raise NotOneself(_("You cannot let yourself go. Another admin can."))
    managers = Agent.objects.active().filter(roles__permissions__contains=[Permission.AGENTS_MANAGE.value])
    pks = set(
        Agent.objects.select_for_update().filter(pk__in=managers.values("pk")).values_list("pk", flat=True)
    )
    if pks <= {agent.pk}:
        raise LastOne(_("%(name)s is the last one who may manage agents.") % {"name": agent.name})


@transaction.atomic
def reactivate(agent: Agent, *, actor: audit.Actor | None, ip: str | None = None) -> bool:
    """Let an agent back in, with the password, roles and teams of before; all else begins anew.

    False where they were active.
    """
    if not Agent.objects.filter(pk=agent.pk, is_active=False).update(is_active=True):
        return False
    audit.record(
        actor=actor, action="agent.reactivated", obj=agent, changes={"is_active": [False, True]}, ip=ip
    )
    return True


@transaction.atomic
def deactivate(agent: Agent, *, actor: audit.Actor | None, ip: str | None = None) -> bool:
    """Let an agent go: sessions, sockets, links and API tokens end, and do not come back when the agent does.

    Their tickets stay theirs until somebody takes them. False where the agent was not active.
    """
    gone = Agent.objects.filter(pk=agent.pk, is_active=True).update(
        is_active=False, times_shut_out=F("times_shut_out") + 1
    )
    if not gone:
        return False
    agent.refresh_from_db(fields=["is_active", "times_shut_out"])
    magic_links.withdraw(agent)
    revoked = api_tokens.revoke_all(agent, actor=actor or (None, ""), ip=ip)
    audit.record(
        actor=actor,
        action="agent.deactivated",
        obj=agent,
        changes={"is_active": [True, False], "programs_shut_out": [0, revoked]},
        ip=ip,
    )
    return True
