"""Authentication-Results: what a receiving server found about SPF, DKIM and DMARC (RFC 8601)."""

from __future__ import annotations

import re

from channels_inbox.email.parsed import Verdicts

_COMMENT = re.compile(r"\([^()]{0,500}\)")
_RESULT = re.compile(r"(?i)(?:^|[;\s])(spf|dkim|dmarc)\s*=\s*([a-z]{2,20})")
_SERVER = re.compile(r"^\s*([^\s;]{1,255})")
_BEST_FIRST = ("pass", "fail", "softfail", "neutral", "policy", "temperror", "permerror", "none")


def read(values: list[str]) -> list[Verdicts]:
    """Read all such headers of a mail, topmost first."""
    return [_verdicts(value) for value in values[:20]]


def _verdicts(value: str) -> Verdicts:
    value = _COMMENT.sub(" ", value)
    server = _SERVER.match(value)
    found: dict[str, str] = {}
    for method, result in _RESULT.findall(value):
        method, result = method.lower(), result.lower()
        if method not in found or (method == "dkim" and _rank(result) < _rank(found[method])):
            found[method] = result  # several signatures: one good one is enough
    return Verdicts(server=server[1].lower() if server and "=" not in server[1] else "", **found)


def _rank(result: str) -> int:
    return _BEST_FIRST.index(result) if result in _BEST_FIRST else len(_BEST_FIRST)
