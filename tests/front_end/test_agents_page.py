"""Letting an agent go, in a browser: on a phone and at a desk, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.agents import faults_for_assistive_technology, scrolls_sideways
from tests.make import make_agent, make_ticket


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_an_agent_goes_and_comes_back(browse, live, width, theme):
    leaving = make_agent(name="Grace Hopper", team="Support")
    make_agent(name="Alan Turing")
    ticket = make_ticket(assignee=leaving)
    page = browse(make_agent(role="Admin", name="Ada", theme=theme), "/settings/agents/", width=width)
    assert not scrolls_sideways(page)
    assert faults_for_assistive_technology(page) == []

    page.get_by_role("link", name="Let Grace Hopper go").click()
    expect(page.get_by_text("They have one open ticket.")).to_be_visible()
    assert not scrolls_sideways(page)
    assert faults_for_assistive_technology(page) == []
    page.get_by_label("Their open tickets").select_option(label="go to Alan Turing")
    page.get_by_role("button", name="Let go").click()

    expect(page.get_by_text("1 ticket was handed over.")).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.assignee.name == "Alan Turing"
    page.get_by_role("link", name="Let go", exact=True).click()
    page.get_by_role("button", name="Take Grace Hopper back").click()
    expect(page.get_by_text("Grace Hopper can sign in again")).to_be_visible()
