"""Parts of the page that refresh themselves under somebody's eyes and hands."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from tests.agents import Browsers, entry, hears_the_bell, work, write
from tests.journeys.doors import Door, refresh
from tests.make import make_agent, make_message, make_ticket
from tickets import panels
from tickets.services import workflow

TIMELINE = re.compile(r"/timeline/")


def opened(browsers: Browsers, ticket, **options) -> Page:
    return hears_the_bell(browsers.open(make_agent(), f"/t/{ticket.number}/", **options))


def a_folded_ticket():
    """Nine messages, of which the first three are folded."""
    ticket = make_ticket(text="The very beginning")
    for number in range(1, 9):
        make_message(ticket, text=f"Message {number}")
    return ticket


def refresh_all(page: Page) -> None:
    for part in ("#ticket-head", "#timeline", "#details-body"):
        refresh(page, part)


def unfold(page: Page, words: str) -> None:
    page.locator(".folded-line", has_text=words).click()


def test_a_message_unfolded_while_an_answer_is_on_its_way_stays_so(browsers: Browsers):
    ticket = a_folded_ticket()
    page = opened(browsers, ticket)
    door = Door(page, TIMELINE, answered=True)
    make_message(ticket, text="Something new")
    work()
    door.until_someone_waits()

    unfold(page, "The very beginning")
    beginning = entry(page, "The very beginning").locator(".message-box")
    expect(beginning).to_be_visible()
    door.open()

    expect(entry(page, "Something new")).to_be_visible()
    expect(beginning).to_be_visible()


def test_what_stood_there_in_full_is_not_folded_by_what_comes_in(browsers: Browsers):
    ticket = a_folded_ticket()
    page = opened(browsers, ticket)
    folded = page.locator(".is-folded")
    expect(folded).to_have_count(3)

    for number in range(3):
        make_message(ticket, text=f"New {number}")
    work()

    expect(entry(page, "New 2")).to_be_visible()
    expect(folded).to_have_count(3)


def test_a_selected_text_stays_selected(browsers: Browsers):
    ticket = make_ticket(text="My card 1234 was charged twice")
    page = opened(browsers, ticket)
    page.get_by_text("My card 1234").evaluate(
        "element => getSelection().setBaseAndExtent(element.firstChild, 8, element.firstChild, 12)"
    )

    make_message(ticket, text="Something new")
    workflow.change_priority(ticket=ticket, priority=4, actor=make_agent())
    work()
    expect(entry(page, "Something new")).to_be_visible()

    assert page.evaluate("getSelection().toString()") == "1234"


def test_what_is_typed_into_a_field_stays_when_one_looks_elsewhere(browsers: Browsers):
    ticket = make_ticket()
    page = opened(browsers, ticket)
    page.locator("#participant-input").fill("boss@exam")
    page.locator("#conversation").focus()

    workflow.change_priority(ticket=ticket, priority=4, actor=make_agent())
    work()
    expect(page.locator("#property-priority")).to_have_value("4")

    expect(page.locator("#participant-input")).to_have_value("boss@exam")


def test_the_next_tag_can_be_typed_before_the_first_is_there(browsers: Browsers):
    ticket = make_ticket()
    page = opened(browsers, ticket)
    door = Door(page, re.compile(r"/tags/$"))

    page.locator("#tag-input").focus()
    for name in ("refund", "billing", "card"):
        page.keyboard.type(name)
        page.keyboard.press("Enter")
    page.keyboard.type("vi")
    door.until_someone_waits()
    door.open()
    expect(page.locator(".tag")).to_have_text(["billing", "card", "refund"])
    page.keyboard.type("p")

    expect(page.locator("#tag-input")).to_have_value("vip")


def test_a_tag_that_did_not_get_through_comes_back_into_the_field(browsers: Browsers, watch):
    watch.allow(r"request: POST .*/tags/ net::ERR_FAILED", r"console: htmx:")
    ticket = make_ticket()
    page = opened(browsers, ticket)
    page.route("**/tags/", lambda route: route.abort())
    page.locator("#tag-input").fill("refund")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("No connection")
    expect(page.locator("#tag-input")).to_have_value("refund")
    page.unroute("**/tags/")

    page.locator("#toasts").get_by_role("button", name="Try again").click()

    expect(page.locator(".tag")).to_have_text(["refund"])
    expect(page.locator("#tag-input")).to_have_value("")


def test_whoever_went_on_to_write_is_not_called_back(browsers: Browsers):
    page = opened(browsers, a_folded_ticket())
    door = Door(page, re.compile(r"/messages/\d+/$"))
    unfold(page, "The very beginning")
    door.until_someone_waits()
    editor = write(page, "Dear ")

    door.open()
    expect(entry(page, "The very beginning").locator(".message-box")).to_be_visible()
    page.keyboard.type("Elena")

    expect(editor).to_have_text("Dear Elena")


def test_a_refresh_that_failed_is_tried_again(browsers: Browsers, watch):
    watch.allow(r"request: GET .*/timeline/.* net::ERR_FAILED", r"console: htmx:")
    ticket = make_ticket()
    page = opened(browsers, ticket)
    page.route(TIMELINE, lambda route: route.abort(), times=2)

    make_message(ticket, text="Something new")
    work()

    expect(entry(page, "Something new")).to_be_visible()
    expect(page.locator("#toasts .toast")).to_have_count(0)


def test_a_box_beside_the_ticket_keeps_what_it_fetched(browsers: Browsers, monkeypatch):
    monkeypatch.setattr(panels, "BOXES", [])
    panels.register("tickets:unread", title="Promises")
    ticket = make_ticket()
    page = browsers.open(make_agent(), "/healthz")
    answers = iter(["<p>Reply by noon</p>"])

    def answer_once(route: Route) -> None:
        for words in answers:
            route.fulfill(body=words, content_type="text/html")

    page.route("**/unread/", answer_once)
    page.goto(f"/t/{ticket.number}/")
    expect(page.get_by_text("Reply by noon")).to_be_visible()

    refresh(page)

    expect(page.get_by_text("Reply by noon")).to_be_visible()


def test_an_open_menu_and_an_open_dialog_keep_the_focus(browsers: Browsers):
    page = opened(browsers, make_ticket(status="open"))
    page.get_by_role("button", name="More ways to send").click()
    item = page.get_by_role("menuitem", name="Send as Solved")
    item.focus()

    refresh_all(page)
    expect(item).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    close = page.get_by_role("dialog", name="Keyboard shortcuts").get_by_role("button", name="Close")
    close.focus()
    refresh_all(page)

    expect(close).to_be_focused()


def test_an_open_drawer_stays_open_for_everybody(browsers: Browsers):
    page = opened(browsers, make_ticket(), width=800)
    toggle = page.locator("#ticket-head [data-toggle='details']")
    toggle.click()
    expect(toggle).to_have_attribute("aria-expanded", "true")

    refresh(page, "#ticket-head")

    expect(toggle).to_have_attribute("aria-expanded", "true")
