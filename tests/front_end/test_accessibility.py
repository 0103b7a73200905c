"""axe on every kind of page, in both themes, wide and on a phone; and nothing wider than the phone."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.agents import faults_for_assistive_technology, scrolls_sideways
from tests.make import make_agent, make_inbox, make_message, make_ticket
from tickets.services import replies

THEMES = ("light", "dark")
WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}


def check(page: Page) -> None:
    """Wide and narrow: no serious fault, and no scrolling in two directions."""
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        assert faults_for_assistive_technology(page) == []
        assert not scrolls_sideways(page)


@pytest.fixture
def ticket():
    ticket = make_ticket(
        team="Support", status="open", priority=4, text="Long words: " + "Donaudampfschiff" * 12
    )
    replies.add_note(ticket=ticket, author=make_agent(team="Support"), html="<p>He is right.</p>")
    return ticket


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "path",
    [
        "/inbox/open/",
        "/inbox/mine/",
        "/inbox/attention/",
        "/people/",
        "/me/",
        "/settings/",
        "/settings/channels/",
        "/settings/quarantine/",
    ],
)
def test_an_agents_page(browse, ticket, path, theme):
    make_inbox()
    page = browse(make_agent(role="Admin", team="Support"), path, color_scheme=theme)

    check(page)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mode", ["r", "n"])
def test_a_ticket_with_an_open_composer(browse, ticket, theme, mode):
    page = browse(make_agent(team="Support"), f"/t/{ticket.number}/?view=open", color_scheme=theme)

    page.keyboard.press(mode)
    expect(page.locator(".tiptap:visible")).to_be_focused()

    check(page)


@pytest.mark.parametrize("theme", THEMES)
def test_what_lies_over_a_page(browse, ticket, theme):
    page = browse(make_agent(team="Support"), f"/t/{ticket.number}/", color_scheme=theme)

    page.get_by_role("button", name="Account of").click()
    check(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")

    check(page)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", ["/login/", "/login/forgotten/", "/help/", "/requests/", "/requests/new/"])
def test_a_page_for_everybody(live, new_context, path, theme):
    page = new_context(viewport=WIDE, color_scheme=theme).new_page()
    page.goto(live.url + path)

    check(page)


def test_a_page_in_a_language_that_runs_the_other_way(browse, ticket):
    page = browse(make_agent(team="Support"), f"/t/{ticket.number}/?view=open")

    page.evaluate("document.documentElement.dir = 'rtl'")

    check(page)


def test_nothing_moves_for_whoever_wants_no_motion(browse, ticket):
    page = browse(make_agent(team="Support"), f"/t/{ticket.number}/?view=open", reduced_motion="reduce")

    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((element) => {
          const style = getComputedStyle(element);
          return parseFloat(style.transitionDuration) > 0 || parseFloat(style.animationDuration) > 0;
        }).length"""
    )

    assert moving == 0


def test_a_long_conversation_fits_a_phone(browse, live):
    """What was read long ago is one line each, however long its words are."""
    ticket = make_ticket(team="Support", text="Long words: " + "Donaudampfschiff" * 12)
    for _each in range(8):
        make_message(ticket, text="And another thing: " + "Kapitaensmuetze" * 12)
    page = browse(make_agent(team="Support"), f"/t/{ticket.number}/", width=360)
    expect(page.locator(".is-folded").first).to_be_visible()

    widest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.timeline > li')].map((e) => e.offsetWidth))"
    )

    assert widest <= 360
