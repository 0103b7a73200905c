"""An answer that came back, as an agent finds and mends it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts import customers
from foundation import desk
from tests.agents import entry, faults_for_assistive_technology, scrolls_sideways
from tests.make import make_agent, make_customer, make_ticket
from tickets.models import Message
from tickets.services import delivery, replies

WRONG, RIGHT = "elena@exmple.org", "elena@example.org"


@pytest.fixture
def ticket(live, monkeypatch):
    monkeypatch.setattr(desk, "settings", lambda: desk.DeskSettings(undo_send_seconds=0))
    ticket = make_ticket(requester=make_customer(email=WRONG))
    message = replies.post_reply(ticket=ticket, author=make_agent(), html="<p>Here you are.</p>")
    customers.note_undeliverable(email=WRONG, words="550 5.1.1 no such user")
    delivery.record_delivery(
        message=message, state=Message.Delivery.FAILED, note=f"{WRONG}: 550 5.1.1 no such user"
    )
    return ticket


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_it_is_sent_to_the_right_address_from_the_message(browse, ticket, width, theme):
    page: Page = browse(make_agent(theme=theme), f"/t/{ticket.number}/", width=width)
    failed = entry(page, "Here you are.")
    expect(failed).to_contain_text("550 5.1.1 no such user")
    failed.get_by_text("Send to another address").click()
    assert not scrolls_sideways(page)
    assert faults_for_assistive_technology(page) == []

    field = failed.get_by_label("The customer's right address")
    field.fill(RIGHT)
    field.press("Enter")

    expect(entry(page, "Here you are.")).to_contain_text(f"to {RIGHT}")
    expect(page.get_by_text(f"sent a reply to {RIGHT} instead of {WRONG}")).to_be_attached()
    assert Message.objects.get(direction="out").recipients["to"] == [RIGHT]
