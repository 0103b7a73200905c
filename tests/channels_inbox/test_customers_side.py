"""Mail that reaches a ticket from elsewhere, and what of it its customer gets to see."""

from __future__ import annotations

import pytest

from channels_inbox.email import reply_address
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_inbox
from tests.tickets.portal import customer_client
from tickets.models import Attachment

pytestmark = pytest.mark.django_db


def test_a_code_that_another_service_mails_into_a_request_is_not_shown_to_its_customer():
    """Whoever registers elsewhere with the reply address of their own request would otherwise own our address there."""
    inbox = make_inbox()
    ticket = receive(inbox, make_mail(sender="attacker@example.org")).ticket
    address = reply_address.sign(inbox.address, ticket.number)
    client = customer_client(ticket.requester)

    code = make_mail(
        "Your code is 314159", sender="no-reply@service.example", to=address, files=[("code.txt", b"314159")]
    )
    receive(inbox, code)

    assert "314159" not in client.get(f"/requests/{ticket.number}/").text
    token = Attachment.objects.get(name="code.txt").token
    assert client.get(f"/files/{token}/").status_code == 404
    assert ticket.messages.get(text__contains="314159").is_held


def test_a_code_mailed_to_the_desk_itself_is_nobodys_request():
    inbox = make_inbox()
    own = receive(inbox, make_mail(sender="attacker@example.org")).ticket
    receive(inbox, make_mail("Your code is 314159", sender="no-reply@service.example"))

    pages = customer_client(own.requester).get("/requests/").text

    assert "no-reply" not in pages
    assert pages.count('scope="row"') == 1
