"""A message is forwarded from the ticket's page, on a phone and at a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.agents import entry, faults_for_assistive_technology, scrolls_sideways
from tests.make import make_agent, make_customer, make_incoming, make_ticket
from tickets.files import NewFile
from tickets.models import Message
from tickets.services.conversation import receive_message


@pytest.fixture
def ticket(live):
    ticket = make_ticket(subject="Rattle", requester=make_customer(email="elena@example.org"))
    files = [NewFile(name="rattle.txt", content=b"clack"), NewFile(name="invoice.txt", content=b"42 EUR")]
    receive_message(
        incoming=make_incoming(author=ticket.requester, text="The engine rattles.", files=files),
        ticket=ticket,
        brand=ticket.brand,
    )
    return ticket


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_it_goes_to_somebody_who_can_help(browse, ticket, width, theme):
    page = browse(make_agent(name="Ana Díaz", theme=theme), f"/t/{ticket.number}/", width=width)
    entry(page, "The engine rattles.").get_by_role("link", name="Forward").click()
    expect(page.get_by_label("To", exact=True)).to_be_focused()
    assert not scrolls_sideways(page)
    assert faults_for_assistive_technology(page) == []

    page.keyboard.type("repairs@supplier.test")
    page.get_by_label("Your words").fill("Do you know this?")
    page.get_by_label("rattle.txt").uncheck()
    page.get_by_role("button", name="Forward").click()

    forwarded = entry(page, "Do you know this?")
    expect(forwarded).to_contain_text("The customer does not see this")
    expect(forwarded).to_contain_text("to repairs@supplier.test")
    assert not scrolls_sideways(page)
    sent = Message.objects.get(visibility="outside")
    assert [file.name for file in sent.attachments.all()] == ["invoice.txt"]
