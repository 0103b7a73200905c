"""The rows of bench/results.json."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    value: float
    unit: str
    n: int  # how many measurements stand behind the value
    tickets: int  # the size of the data set
    server: str = ""  # what served it
    note: str = ""


def percentile(values: Sequence[float], percent: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[int(percent) - 1]


def p50_and_p95(
    name: str, seconds: Sequence[float], *, tickets: int, server: str = "", note: str = ""
) -> list[Row]:
    """Two rows in milliseconds out of single timings in seconds."""
    return [
        Row(
            name=f"{name}_p{percent}_ms",
            value=round(percentile(seconds, percent) * 1000, 2),
            unit="ms",
            n=len(seconds),
            tickets=tickets,
            server=server,
            note=note,
        )
        for percent in (50, 95)
    ]


def write(rows: Sequence[Row]) -> None:
    """Put rows into the results: a row of the same name, size and server is replaced, the others stay."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    about = {"cores": os.cpu_count(), "commit": _commit()}
    fresh = [{**asdict(row), **about} for row in rows]
    replaced = {_key(row) for row in fresh}
    merged = [row for row in known if _key(row) not in replaced] + fresh
    merged.sort(key=_key)
    RESULTS.write_text(json.dumps(merged, indent=1) + "\n")


def _key(row: dict[str, object]) -> tuple[str, str, str]:
    return str(row["name"]), str(row["tickets"]), str(row["server"])


def _commit() -> str:
    head = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return head.stdout.strip()
