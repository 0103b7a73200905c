"""An answer goes to all who take part: seen above it, and taken off one by one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.agents import faults_for_assistive_technology, saved, scrolls_sideways, send, write
from tests.make import make_agent, make_ticket
from tickets.models import Message
from tickets.services import participants

BOSS, CFO = "boss@example.org", "cfo@example.org"


@pytest.fixture
def agent():
    return make_agent(name="Ana Díaz")


@pytest.fixture
def ticket(agent):
    ticket = make_ticket(status="open")
    participants.add(ticket=ticket, addresses=[BOSS, CFO], actor=agent)
    return ticket


@pytest.fixture
def page(browse, agent, ticket) -> Page:
    return browse(agent, f"/t/{ticket.number}/")


def off(page: Page, address: str) -> Locator:
    return page.locator("#reply-form").get_by_role("button", name=f"Remove {address}")


def test_everybody_gets_it_but_those_who_are_taken_off(page):
    chips = page.get_by_role("list", name="Who gets a copy")
    expect(chips.get_by_role("listitem")).to_have_count(2)
    write(page, "For the two of you.")

    off(page, BOSS).click()
    expect(off(page, CFO)).to_be_focused()
    expect(chips.get_by_role("listitem")).to_have_count(1)
    saved(page)
    page.reload()
    expect(chips.get_by_role("listitem")).to_have_text([f"{CFO}×"])
    send(page)

    expect(page.locator(".timeline-message", has_text="For the two of you.")).to_be_visible()
    assert Message.objects.get(direction="out").recipients["cc"] == [CFO]


def test_the_last_one_off_leaves_the_focus_at_the_way_to_add(page):
    off(page, BOSS).press("Enter")
    off(page, CFO).press("Enter")

    expect(page.get_by_role("button", name="Cc", exact=True)).to_be_focused()
    expect(page.get_by_label("Cc", exact=True)).to_have_value("")


def test_the_field_itself_takes_the_place_of_the_list(page):
    page.get_by_role("button", name="Cc", exact=True).click()

    expect(page.get_by_label("Cc", exact=True)).to_have_value(f"{BOSS}, {CFO}")
    expect(page.get_by_role("list", name="Who gets a copy")).to_be_hidden()


def test_without_scripts_both_fields_are_there(browse, agent, ticket):
    page = browse(agent, f"/t/{ticket.number}/", java_script_enabled=False)

    expect(page.get_by_label("Cc", exact=True)).to_be_visible()
    expect(page.get_by_label("Bcc", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Cc", exact=True)).to_be_hidden()


@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_and_everybody_can_use_it(browse, agent, ticket, width):
    page = browse(agent, f"/t/{ticket.number}/", width=width)
    page.locator("[data-composer-tab='reply']").click()

    expect(page.get_by_role("list", name="Who gets a copy")).to_be_visible()
    assert not scrolls_sideways(page)
    assert faults_for_assistive_technology(page) == []
