"""What travels over the wire: which ticket changed, how, and who may hear of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from accounts.models import Agent, Membership, Role
from accounts.permissions import Permission
from tickets.models import Ticket, TicketEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Bell:
    """A ticket changed. Teams and assignees are those before and after, so that who lost it hears of it too."""

    number: int
    event: int  # the newest one it tells of
    kinds: tuple[str, ...]
    teams: frozenset[int]
    assignees: frozenset[int]

    @classmethod
    def of(cls, event: TicketEvent) -> Bell:
        ticket, changes = event.ticket, event.changes
        return cls(
            number=ticket.number,
            event=event.pk,
            kinds=(event.kind,),
            teams=_ids(ticket.team_id, *changes.get("team_id", ())),
            assignees=_ids(ticket.assignee_id, *changes.get("assignee_id", ())),
        )

    @classmethod
    def about(cls, ticket: Ticket) -> Bell:
        """Nothing happened: who may hear of this ticket at all."""
        return cls(
            number=ticket.number,
            event=0,
            kinds=(),
            teams=_ids(ticket.team_id),
            assignees=_ids(ticket.assignee_id),
        )

    def and_then(self, later: Bell) -> Bell:
        """Both as one ring."""
        return Bell(
            number=self.number,
            event=max(self.event, later.event),
            kinds=tuple(dict.fromkeys(self.kinds + later.kinds)),
            teams=self.teams | later.teams,
            assignees=self.assignees | later.assignees,
        )

    def dumps(self) -> str:
        return json.dumps(asdict(self) | {"teams": sorted(self.teams), "assignees": sorted(self.assignees)})

    @classmethod
    def loads(cls, text: str | bytes) -> Bell:
        data = json.loads(text)
        return cls(
            number=data["number"],
            event=data["event"],
            kinds=tuple(data["kinds"]),
            teams=frozenset(data["teams"]),
            assignees=frozenset(data["assignees"]),
        )

    def frame(self) -> dict[str, Any]:
        """What a browser is told."""
        return {"cursor": self.event, "ticket": self.number, "kinds": self.kinds}


def _ids(*values: int | None) -> frozenset[int]:
    return frozenset(value for value in values if value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """Which bells an agent may hear: the same rule as Ticket.objects.visible_to, on a bell in hand."""

    agent: int
    hears_all: bool
    teams: frozenset[int]

    def hear(self, bell: Bell) -> bool:
        return self.hears_all or self.agent in bell.assignees or not self.teams.isdisjoint(bell.teams)


def ears_of(agent: Agent) -> Ears:
    return Ears(
        agent=agent.pk, hears_all=agent.can(Permission.TICKETS_READ_ALL), teams=frozenset(agent.team_ids)
    )


def ears_of_all(agents: set[int]) -> dict[int, tuple[Ears, Agent]]:
    """The ears of many agents, asked anew in three statements. Who is not active any more is missing."""
    active = {agent.pk: agent for agent in Agent.objects.filter(pk__in=agents, is_active=True)}
    reads_all = set(
        Role.objects.filter(
            agents__in=active, permissions__contains=[Permission.TICKETS_READ_ALL.value]
        ).values_list("agents", flat=True)
    )
    teams: dict[int, set[int]] = {pk: set() for pk in active}
    for agent, team in Membership.objects.filter(agent__in=active).values_list("agent", "team"):
        teams[agent].add(team)
    return {
        pk: (Ears(agent=pk, hears_all=pk in reads_all, teams=frozenset(teams[pk])), agent)
        for pk, agent in active.items()
    }
