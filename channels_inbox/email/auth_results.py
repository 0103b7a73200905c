"""Authentication-Results: what a receiving server found about SPF, DKIM and DMARC (RFC 8601)."""

from __future__ import annotations

import re

from channels_inbox.email.parsed import Verdicts

_COMMENT = re.compile(r"\([^()]{0,500}\)")
_RESULT = re.compile(r"(?i)(?:^|[;\s])(spf|dkim|dmarc)\s*=\s*([a-z]{2,20})")
_SIGNED_BY = re.compile(r"(?i)(?:^|[;\s])dkim\s*=\s*pass\b([^;]{0,500})")
_DOMAIN = re.compile(r"(?i)\bheader\.d\s*=\s*\"?([a-z0-9.-]{1,253})")
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
    return Verdicts(
        server=server[1].lower() if server and "=" not in server[1] else "",
        signed_by=_signed_by(value),
        **found,
    )


def _signed_by(value: str) -> tuple[str, ...]:
    domains = [_DOMAIN.search(properties) for properties in _SIGNED_BY.findall(value)]
    return tuple(dict.fromkeys(domain[1].lower() for domain in domains if domain))


def _rank(result: str) -> int:
    return _BEST_FIRST.index(result) if result in _BEST_FIRST else len(_BEST_FIRST)
