"""Cc and Bcc in the composer: seen where they are set, kept with the draft, and Bcc gone when the answer has left."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.agents import faults_for_assistive_technology, saved, scrolls_sideways, send, write
from tests.make import make_agent, make_ticket
from tickets.models import Draft

HIDDEN = "lawyer@example.org"


@pytest.fixture
def agent():
    return make_agent(name="Ana Díaz")


@pytest.fixture
def ticket():
    return make_ticket(status="open")


@pytest.fixture
def page(browse, agent, ticket) -> Page:
    return browse(agent, f"/t/{ticket.number}/")


def hide_somebody(page: Page) -> None:
    page.get_by_role("button", name="Bcc", exact=True).click()
    expect(page.get_by_label("Bcc")).to_be_focused()
    page.keyboard.type(HIDDEN)


def test_they_are_kept_with_the_draft_and_seen_again(page):
    write(page, "Between us")
    hide_somebody(page)
    saved(page)
    expect(page.get_by_label("Bcc")).to_have_value(HIDDEN)

    page.reload()

    expect(page.get_by_label("Bcc")).to_be_visible()
    expect(page.get_by_label("Bcc")).to_have_value(HIDDEN)
    assert Draft.objects.get().bcc == HIDDEN


def test_agents_see_them_below_the_name_and_the_next_answer_begins_without_them(page, ticket):
    write(page, "The first")
    hide_somebody(page)
    send(page)

    expect(page.locator(".timeline-message", has_text="The first")).to_contain_text(f"Bcc: {HIDDEN}")
    expect(page.locator("#reply-form .tiptap")).to_be_empty()
    write(page, "The second")
    send(page)
    expect(page.locator(".timeline-message", has_text="The second")).to_be_visible()

    first, second = ticket.messages.filter(direction="out").order_by("pk")
    assert (first.recipients["bcc"], second.recipients.get("bcc", [])) == ([HIDDEN], [])


def test_taken_back_they_stand_in_the_composer_again(page):
    write(page, "Too fast")
    hide_somebody(page)
    send(page)

    page.locator(".timeline-message", has_text="Too fast").get_by_role("button", name="Undo").click()

    expect(page.get_by_label("Bcc")).to_have_value(HIDDEN)
    expect(page.get_by_label("Bcc")).to_be_visible()


def test_an_address_that_is_wrong_is_named_and_nothing_is_lost(page, watch, ticket):
    watch.allow("response: 422 POST .*/reply/")
    write(page, "My words")
    page.get_by_role("button", name="Bcc", exact=True).click()
    page.keyboard.type("nobody")
    send(page)

    expect(page.locator("#reply-form .composer-guards")).to_contain_text("“nobody” is not an email address.")
    expect(page.locator("#reply-form .tiptap")).to_have_text("My words")
    assert ticket.messages.count() == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_it_is_usable_at_every_width(browse, agent, ticket, width):
    page = browse(agent, f"/t/{ticket.number}/", width=width)
    page.keyboard.press("r")
    hide_somebody(page)

    assert not scrolls_sideways(page)
    assert faults_for_assistive_technology(page) == []
