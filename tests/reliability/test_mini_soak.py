"""The soak, small: mail in, answers out, while programs, Redis and PostgreSQL are killed; every account balances."""

from __future__ import annotations

import subprocess
import sys

from helpdesk.embedded.layout import PROJECT

SMALL = ("--mails=160", "--seconds=16", "--kills=16", "--races=10")


def test_fault1_nothing_is_lost_or_doubled_while_programs_and_servers_are_killed(capsys):
    command = [sys.executable, "-m", "tests.reliability.soak", *SMALL]

    soak = subprocess.run(command, cwd=PROJECT, text=True, capture_output=True)

    with capsys.disabled():
        print(f"\n{soak.stdout}")
    assert soak.returncode == 0, soak.stderr
