"""A doubt is over when the mailbox has a copy among its sent mail: then the server took the message after all.

Many providers put what they take into that folder by themselves. Where they do not, nothing follows from an empty one.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta

from django.db.models.functions import Now
from imapclient.imapclient import SENT

from channels_inbox import outbox
from channels_inbox.email import imap
from channels_inbox.models import Inbox, MessageDelivery

LOOKED_FOR = timedelta(days=1)
AT_ONCE = 20

logger = logging.getLogger(__name__)


def resolve_doubts(inbox: Inbox, mailbox: imap.Mailbox) -> int:
    """Settle what lies among the sent mail. Leaves another folder open. Returns how many."""
    doubtful = MessageDelivery.objects.filter(
        inbox=inbox, state=MessageDelivery.State.IN_DOUBT, next_at__gt=Now() - LOOKED_FOR
    )
    rows = list(doubtful.select_related("message__ticket").order_by("-id")[:AT_ONCE])
    if not rows:
        return 0
    with suppress(imap.Refused):  # not every server tells which folder it is, or lets us look into it
        if folder := mailbox.client.find_special_folder(SENT):
            mailbox.client.select_folder(folder, readonly=True)
            return sum(_settle(row, mailbox, folder) for row in rows)
    return 0


def _settle(row: MessageDelivery, mailbox: imap.Mailbox, folder: str) -> bool:
    if not mailbox.client.search(["HEADER", "Message-ID", f"<{row.rfc_message_id}>"]):
        return False
    logger.info("Delivery %s lies in %s: it was taken.", row.pk, folder)
    return outbox.settle_as_sent(row, note=f"A copy lies in the mailbox's folder “{folder}”.")
