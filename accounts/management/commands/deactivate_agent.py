"""Let an agent go: they are signed out everywhere and their API tokens are revoked."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import agents, api_tokens
from accounts.models import Agent


class Command(BaseCommand):
    help = "Let an agent go: they are signed out everywhere and their API tokens are revoked."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="do it; without this, only say what would end")

    def handle(self, *, email: str, yes: bool, **options: Any) -> None:
        agent = Agent.objects.active().filter(email__iexact=email).first()
        if agent is None:
            raise CommandError(f"There is no active agent with the address {email}.")
        names = [token.name for token in api_tokens.living(agent)]
        self.stdout.write(
            f"{agent.name} is signed out everywhere. API tokens revoked: {', '.join(names) or 'none'}."
        )
        if not yes:
            self.stdout.write("Nothing is changed yet. Say --yes to do it.")
            return
        agents.deactivate(agent, actor=(None, "command line"))
        self.stdout.write("Done.")
