"""A provider tells of a mail of ours that the outbox does not have: for a day its row may still come.

So it is after a restore of the database, until what was lost is written down again. What names a mail that was not
minted here is somebody else's, and nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from channels_inbox.adapter import NotNow
from channels_inbox.email import reply_address
from channels_inbox.messages import DeliveryReport
from foundation import clock

WAITS_FOR = timedelta(hours=24)
NOT_YET = "It tells of a mail of this desk that is not in its outbox; for a day it is looked for again."


def wait_for_ours(reports: Iterable[DeliveryReport], *, since: datetime) -> None:
    """None of these reports named a mail in the outbox. Raises NotNow as long as one of them may still do so."""
    is_ours = any(reply_address.looks_minted(report.external_id) for report in reports)
    if is_ours and clock.now() < since + WAITS_FOR:
        raise NotNow(NOT_YET)
