"""Count what arrived and left against what became of it; exits with 1 where that does not add up."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from channels_inbox import ledger


class Command(BaseCommand):
    help = "Count what arrived and left against what became of it."

    def handle(self, **options: Any) -> None:
        report = ledger.check()
        for name, states in (("in", report.payloads), ("out", report.deliveries)):
            counted = ", ".join(f"{count} {state}" for state, count in sorted(states.items())) or "nothing"
            self.stdout.write(f"{name}: {sum(states.values())} ({counted})")
        for finding in report.findings:
            self.stderr.write(finding)
        sys.exit(1 if report.findings else 0)
