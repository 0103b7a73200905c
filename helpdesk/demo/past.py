"""Let what was written just now have happened when the script says: only while the demo desk is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from channels_inbox.models import MessageDelivery
from tickets.models import Message, Ticket
from tickets.services import delivery

# One statement for all tables: it runs some five hundred times.
MOVE = """
    WITH history AS (
        UPDATE tickets_ticketevent SET created_at = %(to)s, next_at = %(to)s
        WHERE ticket_id = %(ticket)s AND created_at >= %(began)s
    ), messages AS (
        UPDATE tickets_message SET created_at = %(to)s, send_after = %(to)s
        WHERE ticket_id = %(ticket)s AND created_at >= %(began)s
    ), files AS (
        UPDATE tickets_attachment SET created_at = %(to)s WHERE ticket_id = %(ticket)s AND created_at >= %(began)s
    ), people AS (
        UPDATE tickets_participant SET created_at = %(to)s WHERE ticket_id = %(ticket)s AND created_at >= %(began)s
    ), threads AS (
        UPDATE channels_inbox_externalthread SET created_at = %(to)s
        WHERE ticket_id = %(ticket)s AND created_at >= %(began)s
    ), payloads AS (
        UPDATE channels_inbox_inboundpayload SET received_at = %(to)s, next_at = %(to)s, finished_at = %(to)s
        WHERE ticket_id = %(ticket)s AND received_at >= %(began)s
    )
    UPDATE tickets_ticket SET
        created_at = least(created_at, %(to)s), updated_at = least(updated_at, %(to)s),
        waiting_since = CASE WHEN waiting_since > %(to)s THEN %(to)s ELSE waiting_since END,
        first_replied_at = CASE WHEN first_replied_at > %(to)s THEN %(to)s ELSE first_replied_at END,
        solved_at = CASE WHEN solved_at > %(to)s THEN %(to)s ELSE solved_at END
    WHERE id = %(ticket)s
"""


@dataclass(slots=True)
class Past:
    began: datetime  # what is later than this was written while the desk is made

    def move(self, ticket: Ticket, *, to: datetime) -> None:
        """Whatever happened to the ticket since the last move happened at this moment."""
        with connection.cursor() as cursor:
            cursor.execute(MOVE, {"to": to, "began": self.began, "ticket": ticket.pk})

    def spoil(self, message: Message, outcome: str, note: str) -> None:
        """This one did not arrive, or nobody knows."""
        MessageDelivery.objects.filter(message=message).update(state=outcome, provider_reply=note)
        delivery.record_delivery(message=message, state=outcome, note=note, may_fall_back=True)
