"""The acts of the soak, and the account at its end.

1  quiet    a pile of mails, nobody is killed: how long it takes
2  storm    as many mails under kills: how much longer it takes
3  stream   the other mails come and are answered, under kills
4  rest     nobody is killed any more, until nothing waits
5  races    agents do the same to the same ticket at the same moment (fault 46)
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.reliability import races
from tests.reliability.soak.desk import SoakDesk
from tests.reliability.soak.ground import Ground
from tests.reliability.soak.killer import Killer
from tests.waiting import until

PILE = 0.05  # of all mails, in each of the first two acts
LARGEST_PILE = 2000
ANSWERED = 0.25  # of the mails in the stream
TICK = 0.25
PATIENCE = 900.0  # for the rest; leases run out and tries are repeated
TELLS_EVERY = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    mails: int
    seconds: float  # how long the stream lasts
    kills: int  # in all
    races: int  # rounds
    seed: int


class Soak:
    def __init__(self, plan: Plan, ground: Ground, say: Callable[[str], None]) -> None:
        self.plan, self.say = plan, say
        self.desk = SoakDesk.make(ground.mail, random.Random(plan.seed))
        self.killer = Killer(ground, random.Random(plan.seed + 1))
        self.killer.start()
        self.every = plan.seconds / plan.kills if plan.kills else 0.0

    def run(self) -> None:
        """Raises AssertionError where an account does not balance."""
        pile = min(LARGEST_PILE, max(1, int(self.plan.mails * PILE)))
        try:
            quiet = self._pile(pile)
            killed_before = self.killer.kills.total()
            self._strike()
            storm = self._pile(pile)
            killed_there = self.killer.kills.total() - killed_before
            self._stream(self.plan.mails - 2 * pile)
            self.killer.rest()
            settled = self._settle()
            account = self.desk.account()
            raced = races.run(self.plan.races)
        finally:
            self.killer.end()
        self._tell(pile, quiet, storm, killed_there, settled)
        self.say(str(account))
        self.say(f"  races             {raced}")
        account.check(kills=self.killer.kills.total())
        raced.check()

    def _strike(self) -> None:
        if self.plan.kills:
            self.killer.strike(every=self.every)

    def _pile(self, mails: int) -> float:
        """Mails that lie there all at once. Returns the seconds until nothing waits."""
        began = time.monotonic()
        self.desk.customers_write(mails)
        until(self.desk.is_idle, patience=PATIENCE)
        return time.monotonic() - began

    def _stream(self, mails: int) -> None:
        began, before = time.monotonic(), len(self.desk.written)
        told, answered = 0.0, 0.0
        while (passed := time.monotonic() - began) < self.plan.seconds or self._kills_left():
            due = min(mails, int(passed / self.plan.seconds * mails)) - (len(self.desk.written) - before)
            self.desk.customers_answer()
            self.desk.customers_write(max(0, due))
            answered += max(0, due) * ANSWERED
            answered -= self.desk.agent_answers(int(answered))
            if passed - told >= TELLS_EVERY:
                told = passed
                self.desk.tidy()
                self.say(
                    f"  … {passed / 60:.0f} min, {len(self.desk.written)} mails, {self.killer.kills.total()} kills"
                )
            self.killer.check()
            time.sleep(TICK)

    def _kills_left(self) -> bool:
        return self.killer.is_alive() and self.killer.kills.total() < self.plan.kills

    def _settle(self) -> float:
        stopped = time.monotonic()
        until(self.desk.is_idle, patience=PATIENCE)
        return time.monotonic() - stopped

    def _tell(self, pile: int, quiet: float, storm: float, killed: int, settled: float) -> None:
        kills = self.killer.kills
        self.say(f"soak of {self.plan.seconds:.0f} s, seed {self.plan.seed}")
        self.say(
            f"  killed            {kills.total()}: "
            + ", ".join(f"{count} {name}" for name, count in kills.most_common())
        )
        if self.killer.left:
            left = ", ".join(f"{count} {name}" for name, count in self.killer.left.items())
            self.say(f"  started anew      {left}")
        self.say(
            f"  {pile} at once".ljust(20)
            + f"{quiet:.1f} s, and {storm:.1f} s under {killed} kills: {storm / quiet:.1f} times as long"
        )
        self.say(f"  at rest           {settled:.0f} s after the last kill")
