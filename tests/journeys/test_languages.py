"""The desk in other languages: longer words break nothing, however narrow the page."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.agents import Browsers, faults_for_assistive_technology, scrolls_sideways
from tests.make import make_agent, make_inbox, make_message, make_ticket

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
AGENTS_PAGES = (
    "/inbox/open/",
    "/t/{number}/",
    "/people/",
    "/me/",
    "/settings/",
    "/settings/channels/",
    "/settings/desk/",
)
CUSTOMERS_PAGES = ("/help/", "/requests/", "/requests/new/", "/login/", "/login/forgotten/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_on_a_phone_in_any_language(browsers: Browsers, language):
    make_inbox()
    make_inbox(kind="form", address="form-northwind")
    ticket = make_ticket(status="open", team="Support")
    make_message(ticket, text="Any news?")
    page = browsers.open(make_agent(role="Admin", language=language), "/inbox/open/", width=360, height=740)

    too_wide = []
    for path in AGENTS_PAGES:
        page.goto(path.format(number=ticket.number))
        expect(page.locator("html")).to_have_attribute("lang", language)
        if scrolls_sideways(page):
            too_wide.append(path)
    assert too_wide == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_customers_pages_are_for_everybody_in_any_language(browsers: Browsers, new_context, language):
    make_inbox(kind="form", address="form-northwind")
    context = new_context(
        locale=language,
        viewport={"width": 360, "height": 740},
        base_url=browsers.live.url,
        java_script_enabled=True,
    )
    page = context.new_page()

    wrong = []
    for path in CUSTOMERS_PAGES:
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        wrong += [path] if scrolls_sideways(page) else []
        wrong += faults_for_assistive_technology(page)
    assert wrong == []
