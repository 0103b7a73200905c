"""What somebody chooses while the page refreshes itself: it is sent, it is shown, and nobody else is blamed."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.agents import Browsers, hears_the_bell, work
from tests.journeys.doors import Door, refresh, stop_the_clock, until
from tests.make import make_agent, make_ticket
from tickets.models import Status, Ticket
from tickets.services import workflow

DETAILS = re.compile(r"/details/$")
PRIORITY = re.compile(r"/priority/$")


def opened(browsers: Browsers, ticket, **options) -> Page:
    return hears_the_bell(browsers.open(make_agent(), f"/t/{ticket.number}/", **options))


def with_a_clock(browsers: Browsers, ticket) -> Page:
    """The ticket's page, whose time the test can stop."""
    page = browsers.open(make_agent(), "/healthz")
    page.clock.install()
    page.goto(f"/t/{ticket.number}/")
    return hears_the_bell(page)


def test_a_choice_is_sent_though_the_page_refreshed_itself_before(browsers: Browsers):
    ticket = make_ticket()
    page = with_a_clock(browsers, ticket)
    stop_the_clock(page)

    page.locator("#property-priority").select_option("4")
    refresh(page)
    expect(page.locator("#property-priority")).to_have_value("4")
    with page.expect_response(PRIORITY):
        page.clock.resume()

    ticket.refresh_from_db()
    assert ticket.priority == 4


def test_a_choice_counts_though_one_leaves_the_page_at_once(browsers: Browsers):
    ticket = make_ticket()
    page = with_a_clock(browsers, ticket)
    stop_the_clock(page)

    page.locator("#property-priority").select_option("4")
    page.goto("/inbox/all/")

    until(page, lambda: Ticket.objects.get(pk=ticket.pk).priority == 4)


def test_of_two_quick_choices_the_second_counts(browsers: Browsers):
    ticket = make_ticket()
    page = opened(browsers, ticket)
    door = Door(page, PRIORITY)

    page.locator("#property-priority").select_option("4")
    door.until_someone_waits()
    page.locator("#property-priority").select_option("1")
    refresh(page)
    with page.expect_response(lambda answer: "priority=1" in (answer.request.post_data or "")) as second:
        door.open()

    assert second.value.status == 204
    expect(page.locator("#property-priority")).to_have_value("1")
    ticket.refresh_from_db()
    assert ticket.priority == 1


def test_two_ways_to_change_the_status_do_not_meet(browsers: Browsers):
    ticket = make_ticket(status="open")
    page = opened(browsers, ticket)
    door = Door(page, re.compile(r"/status/$"))

    page.locator("#property-status").select_option("pending")
    door.until_someone_waits()
    page.get_by_role("button", name="Solve").click()
    door.open()

    expect(page.locator("#head-status")).to_have_text("Solved")
    expect(page.locator("#refused-status")).to_have_count(0)


def test_an_answer_that_a_change_has_overtaken_is_not_shown(browsers: Browsers):
    ticket = make_ticket()
    page = opened(browsers, ticket)
    page.evaluate(
        """() => {
            window.shown = [];
            const isDetails = ({ requestConfig }) => requestConfig.path.endsWith("/details/");
            const tell = () => window.shown.push(document.querySelector("#property-priority").value);
            document.addEventListener("htmx:afterOnLoad", ({ detail }) => isDetails(detail) && tell());
        }"""
    )
    door = Door(page, DETAILS, answered=True)
    page.evaluate("window.htmx.trigger('#details-body', 'live')")
    door.until_someone_waits()

    with page.expect_response(PRIORITY):
        page.locator("#property-priority").select_option("4")
    with page.expect_response(DETAILS), page.expect_response(DETAILS):
        door.open()

    expect(page.locator("#property-priority")).to_have_value("4")
    page.wait_for_function("() => window.shown.length > 1")
    assert set(page.evaluate("window.shown")) == {"4"}


def test_a_list_of_choices_that_stands_open_is_left_alone(browsers: Browsers):
    ticket = make_ticket()
    page = opened(browsers, ticket)
    select = page.locator("#property-priority")
    select.click()
    expect(page.locator("#property-priority:open")).to_have_count(1)

    workflow.change_priority(ticket=ticket, priority=4, actor=make_agent())
    workflow.tag(ticket=ticket, add=["refund"], actor=make_agent())
    work()
    expect(page.locator(".tag")).to_have_count(1)
    expect(select).to_have_value("2")
    page.keyboard.press("Escape")

    expect(select).to_have_value("4")


def test_what_the_desk_refuses_goes_back_and_is_explained(browsers: Browsers, watch):
    watch.allow(r"409 POST .*/status/")
    ticket = make_ticket(status="open")
    page = opened(browsers, ticket)
    Status.objects.filter(key="pending").update(is_active=False)

    page.locator("#property-status").select_option("pending")

    expect(page.locator("#toasts")).to_contain_text("There is no such status")
    expect(page.locator("#property-status")).to_have_value("open")


def test_a_second_try_sends_what_was_chosen_then(browsers: Browsers, watch):
    watch.allow(r"request: POST .*/priority/ net::ERR_FAILED", r"console: htmx:")
    ticket = make_ticket()
    page = opened(browsers, ticket)
    page.route(PRIORITY, lambda route: route.abort())
    page.locator("#property-priority").select_option("4")
    again = page.locator("#toasts").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    page.unroute(PRIORITY)

    refresh(page)
    expect(page.locator("#property-priority")).to_have_value("2")
    with page.expect_response(PRIORITY):
        again.click()

    expect(page.locator("#property-priority")).to_have_value("4")
    ticket.refresh_from_db()
    assert ticket.priority == 4


def test_the_subject_that_one_changes_is_the_one_that_stands_there(browsers: Browsers, watch):
    watch.allow(r"409 POST .*/subject/")
    ticket = make_ticket(subject="Help")
    page = opened(browsers, ticket)
    field = page.get_by_role("textbox", name="Subject")
    workflow.change_subject(ticket=ticket, subject="Help!", actor=make_agent())
    work()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Help!")
    page.get_by_role("button", name="Change the subject").click()
    expect(field).to_have_value("Help!")

    field.fill("Charged twice")
    workflow.change_subject(ticket=ticket, subject="Help!!", actor=make_agent())
    work()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Help!!")
    expect(field).to_have_value("Charged twice")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Somebody else changed this")
    expect(field).to_have_value("Charged twice")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Charged twice")
    expect(field).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
