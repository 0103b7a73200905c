"""Make an API token for an agent and print it once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import now

from accounts import api_tokens
from accounts.api.scopes import Scope
from accounts.models import Agent


class Command(BaseCommand):
    help = "Make an API token for an agent and print it once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--agent", required=True, metavar="EMAIL")
        parser.add_argument("--scopes", required=True, nargs="+", choices=[*Scope.values, "all"])
        parser.add_argument("--name", default="made on the command line")
        parser.add_argument("--days", type=int, default=90, help="until it expires; 0: never")

    def handle(self, *, agent: str, scopes: list[str], name: str, days: int, **options: Any) -> None:
        found = Agent.objects.filter(email__iexact=agent, is_active=True).first()
        if found is None:
            raise CommandError(f"There is no active agent with the address {agent}.")
        wanted = Scope.values if "all" in scopes else scopes
        expires_at = now() + timedelta(days=days) if days else None
        _token, plain = api_tokens.issue(agent=found, name=name, scopes=wanted, expires_at=expires_at)
        self.stdout.write(plain)
