"""Two agents do the same to one ticket at the same moment, again and again (fault 46)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from accounts.models import Agent, Team
from tests.at_once import at_once
from tests.make import make_agent, make_team, make_ticket
from tickets.errors import ChangedMeanwhile, NewerActivity
from tickets.models import Message, Ticket
from tickets.services import replies, workflow


@dataclass
class Raced:
    """What became of all rounds."""

    rounds: int
    faults: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)  # agents who learned that somebody was faster

    def check(self) -> None:
        assert not self.faults, dict(self.faults)

    def __str__(self) -> str:
        told = ", ".join(f"{count} {name}" for name, count in sorted(self.told.items()))
        faults = ", ".join(f"{count} {name}" for name, count in self.faults.items())
        return f"{self.rounds} rounds; told that somebody was faster: {told or 'nobody'}; faults: {faults or 'none'}"


def run(rounds: int) -> Raced:
    raced = Raced(rounds)
    agents, team = (make_agent(), make_agent()), make_team("Races")
    for number in range(rounds):
        _round(raced, f"race-{number}", agents, team)
    return raced


def _round(raced: Raced, key: str, agents: tuple[Agent, Agent], team: Team) -> None:
    pk = make_ticket(status="open").pk
    seen = Ticket.objects.get(pk=pk).events.last().pk

    def ticket() -> Ticket:
        return Ticket.objects.get(pk=pk)

    def take(agent: Agent) -> Ticket:
        return workflow.assign(ticket=ticket(), assignee=agent, actor=agent, was=None)

    def answer(agent: Agent) -> Message:
        return replies.post_reply(
            ticket=ticket(), author=agent, html="<p>Hello</p>", client_key=key, last_seen_event=seen
        )

    first, second = agents
    results = at_once(
        lambda: take(first),
        lambda: take(second),
        lambda: workflow.change_priority(ticket=ticket(), priority=4, actor=first),
        lambda: workflow.move_to_team(ticket=ticket(), team=team, actor=second),
    )
    _judge(raced, "take", results[:2], ChangedMeanwhile)
    seen = Ticket.objects.get(pk=pk).events.last().pk
    # Both answer, and both click twice.
    results = at_once(*[lambda agent=agent: answer(agent) for agent in (first, first, second, second)])
    unexpected = [
        each for each in results if isinstance(each, Exception) and not isinstance(each, NewerActivity)
    ]
    raced.told["answer"] += sum(isinstance(each, NewerActivity) for each in results)
    raced.faults["answers ended in an error"] += len(unexpected)
    _examine(raced, Ticket.objects.get(pk=pk), agents, team)
    raced.faults = +raced.faults


def _judge(raced: Raced, deed: str, results: list, told: type[Exception]) -> None:
    lost = sum(isinstance(each, told) for each in results)
    raced.told[deed] += lost
    raced.faults[f"{deed}: not exactly one was told"] += lost != 1
    raced.faults[f"{deed}: errors"] += sum(
        isinstance(each, Exception) and not isinstance(each, told) for each in results
    )


def _examine(raced: Raced, ticket: Ticket, agents: tuple[Agent, Agent], team: Team) -> None:
    raced.faults["a change was lost"] += (ticket.priority, ticket.team) != (4, team)
    raced.faults["nobody has it"] += ticket.assignee not in agents
    raced.faults["not exactly one answer"] += ticket.messages.filter(direction="out").count() != 1
