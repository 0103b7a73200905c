"""Mail in, answers out, while programs are killed at random: at the end every account balances.

SOAK_SECONDS says for how long (60), SOAK_MAILS how many mails arrive in a minute (240). `make soak` takes an hour.
"""

from __future__ import annotations

import os
import random
import time

from tests.reliability.desk_under_test import until

SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))
MAILS_A_MINUTE = float(os.environ.get("SOAK_MAILS", "240"))
ROLES = ("fetch", "work", "work")


def test_nothing_is_lost_or_doubled_while_programs_are_killed(desk_under_test, start, capsys):
    seed = int(os.environ.get("SOAK_SEED", str(random.randrange(2**32))))
    chance = random.Random(seed)
    programs = [start(role) for role in ROLES]
    kills, began = 0, time.monotonic()

    while (passed := time.monotonic() - began) < SECONDS:
        due = int(passed / 60 * MAILS_A_MINUTE) - len(desk_under_test.written)
        desk_under_test.customers_write(max(0, due))
        desk_under_test.agent_answers(chance.randrange(4))
        time.sleep(chance.uniform(0.05, 0.5))
        victim = chance.randrange(len(programs))
        programs[victim].kill()
        programs[victim].join()
        kills += 1
        programs[victim] = start(ROLES[victim])
    until(desk_under_test.is_idle, patience=300)

    account = desk_under_test.check(kills=kills)
    with capsys.disabled():
        print(f"\nsoak of {SECONDS:.0f} s, seed {seed}: {account}")
