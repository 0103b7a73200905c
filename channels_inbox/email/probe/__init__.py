"""Try a mailbox step by step, before it is saved, and say in plain words what is wrong.

What the servers say is never shown: whoever can set up an inbox must not be able to read what some machine
inside the network answers on some port. The whole test ends within a given time, whatever the servers do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from channels_inbox.email.probe import token
from channels_inbox.email.probe.imap import ImapTrial
from channels_inbox.email.probe.smtp import SmtpTrial
from channels_inbox.email.probe.steps import Clock, State, Step

__all__ = ["LONGEST", "State", "Step", "probe"]

LONGEST = 25.0  # seconds for everything


def probe(
    settings: Mapping[str, Any], credentials: Mapping[str, Any], *, address: str, send_to: str = ""
) -> Iterator[Step]:
    """Try to collect mail and to hand it over, and yield each step once it is through.

    `settings` and `credentials` are what the form of the channel says, with "tokens" where a provider signs in:
    without one of those nothing else is tried. `address` is the inbox's own, from which
    a mail goes to `send_to`, where that is given.
    """
    clock = Clock(LONGEST)
    known = {**settings, **credentials}
    if "tokens" in known:
        (step,) = token.steps(known, clock)
        yield step
        if step.state == State.FAILED:
            return
    if settings.get("imap_host"):
        yield from ImapTrial(known, clock).steps()
    if settings.get("smtp_host"):
        yield from SmtpTrial(known, clock, sender=address, send_to=send_to).steps()
