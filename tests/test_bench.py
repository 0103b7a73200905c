"""The desk that is measured can be made: its SQL names every column that today's models ask for."""

import pytest

from bench import desk
from tickets.models import Message, Ticket, TicketEvent


@pytest.mark.django_db(transaction=True)
def test_the_measured_desk_fits_the_models():
    desk.make(400)

    assert Ticket.objects.count() == 400
    assert Message.objects.count() > 400 * desk.SHORT
    assert TicketEvent.objects.count() > Message.objects.count()
    for ticket in Ticket.objects.all()[:20]:
        ticket.full_clean()
