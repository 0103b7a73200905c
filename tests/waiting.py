"""Wait for what another program does: look again and again. Patience ends only where something is broken."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 180.0  # seconds; killed programs leave leases behind that have to run out
LOOKS_EVERY = 0.05


def until(
    true: Callable[[], object], *, patience: float = PATIENCE, unless: Callable[[], object] | None = None
) -> None:
    """Return once it is true. `unless` says that it cannot become true any more."""
    deadline = time.monotonic() + patience
    while not true():
        assert unless is None or not unless(), "it cannot come to its end any more"
        assert time.monotonic() < deadline, "it came to no end"
        time.sleep(LOOKS_EVERY)
