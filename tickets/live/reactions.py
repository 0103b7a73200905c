"""The desk's last reaction to any event: open browsers hear of it."""

from tickets.dispatch import EVERY_KIND, Stage, on
from tickets.live import broadcast
from tickets.models import TicketEvent


@on(EVERY_KIND, stage=Stage.WIRES)
def ring_the_bell(event: TicketEvent) -> None:
    broadcast.ring_after_commit(event)
