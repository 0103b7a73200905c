"""Run the soak and print its account. Ends with 1 where something was lost or doubled."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
from types import FrameType

from tests.reliability.soak.ground import ground


def main() -> int:
    asked = _arguments()
    signal.signal(signal.SIGTERM, _leave)
    with ground() as place:
        from tests.reliability.soak.play import Plan, Soak

        try:
            Soak(Plan(**vars(asked)), place, say=lambda words: print(words, flush=True)).run()
        except AssertionError as wrong:
            print(f"It does NOT add up: {wrong}", file=sys.stderr)
            print(f"What the programs said: {_kept(place.home / 'programs.log')}", file=sys.stderr)
            return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.soak", description=__doc__)

    def number(name: str, default: float, words: str, kind: type = int) -> None:
        told = os.environ.get(f"SOAK_{name.upper()}", default)
        parser.add_argument(f"--{name}", type=kind, default=kind(told), help=f"{words} ({default})")

    number("mails", 20_000, "mails that customers write")
    number("seconds", 1400, "how long they keep coming", float)
    number("kills", 600, "programs and servers that are killed")
    number("races", 1000, "rounds of two agents at one ticket at the same moment")
    number("seed", random.randrange(2**32), "repeats the choices of an earlier run")
    return parser.parse_args()


def _kept(log: os.PathLike) -> str:
    kept = f"/tmp/soak-{os.getpid()}.log"
    return str(shutil.copy(log, kept))


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
