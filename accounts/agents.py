"""Change what an agent is called and how they sign in."""

from __future__ import annotations

from django.db import transaction

from accounts import magic_links
from accounts.models import Agent
from foundation import audit

# How an agent likes their own screen is nobody else's business.
PRIVATE = frozenset({"language", "time_zone", "theme", "shortcuts_on"})


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
    """Give the agent another password. Every session they have ends, and so does every link made for them."""
    agent.set_password(password)
    agent.save(update_fields=["password"])
    magic_links.withdraw(agent)
    audit.record(actor=actor, action="agent.password_changed", obj=agent, ip=ip)
