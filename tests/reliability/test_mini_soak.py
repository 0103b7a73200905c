"""Mail in, answers out, while programs are killed at random: at the end every account balances.

SOAK_SECONDS says for how long (60), SOAK_MAILS how many mails arrive in a minute (240), SOAK_SEED repeats the choices
of an earlier run. `make soak` takes an hour; how to read what it prints: docs/operations.md.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter

from tests.waiting import until

SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))
MAILS_A_MINUTE = float(os.environ.get("SOAK_MAILS", "240"))
ROLES = ("fetch", "work", "work")


def test_fault1_nothing_is_lost_or_doubled_while_programs_are_killed(desk_under_test, start, capsys):
    seed = int(os.environ.get("SOAK_SEED", str(random.randrange(2**32))))
    chance = random.Random(seed)
    programs = [start(role) for role in ROLES]
    kills: Counter[str] = Counter()
    began = time.monotonic()

    while (passed := time.monotonic() - began) < SECONDS:
        due = int(passed / 60 * MAILS_A_MINUTE) - len(desk_under_test.written)
        desk_under_test.customers_write(max(0, due))
        desk_under_test.agent_answers(chance.randrange(4))
        time.sleep(chance.uniform(0.05, 0.5))
        victim = chance.randrange(len(programs))
        programs[victim].kill()
        programs[victim].join()
        kills[ROLES[victim]] += 1
        programs[victim] = start(ROLES[victim])
    stopped = time.monotonic()
    until(desk_under_test.is_idle, patience=300)
    settled = time.monotonic() - stopped

    account = desk_under_test.account()
    with capsys.disabled():
        print(f"\nsoak of {SECONDS:.0f} s, seed {seed}, at rest {settled:.0f} s after the last kill")
        print(
            f"  killed            {kills.total()}: "
            + ", ".join(f"{n} {role}" for role, n in sorted(kills.items()))
        )
        print(account)
    account.check(kills=kills.total())
