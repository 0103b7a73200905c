"""Broken connections: nothing is lost, nothing is shown twice, and sending works without the bell."""

from __future__ import annotations

import re

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.agents import Browsers, entry, hears_the_bell, send, work, write
from tests.make import make_agent, make_message, make_ticket
from tickets.services import workflow


class Wire:
    """The socket of a page, to be cut and mended."""

    def __init__(self, page: Page) -> None:
        self.is_cut = False
        self.open: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("/ws/live/"), self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close(code=4000)
        else:
            socket.connect_to_server()
            self.open.append(socket)

    def cut(self) -> None:
        self.is_cut = True
        for socket in self.open:
            socket.close(code=4000)
        self.open = []


def blank(browsers: Browsers) -> Page:
    """A browser that has not loaded anything yet, so that its clock and its wire can be held."""
    return browsers.open(make_agent(), "/healthz")


def test_ux58_after_a_minute_without_a_socket_all_that_happened_is_there_once(browsers: Browsers, watch):
    watch.allow(r"WebSocket", r"/ws/live/")
    ticket = make_ticket(status="open")
    page = blank(browsers)
    page.clock.install()
    wire = Wire(page)
    page.goto(f"/t/{ticket.number}/")
    hears_the_bell(page)

    wire.cut()
    expect(page.locator("body")).not_to_have_attribute("data-hears", "yes")
    for number in range(5):
        make_message(ticket, text=f"Message number {number}")
        work()
    page.clock.run_for(6_000)
    banner = page.locator("#live-banner")
    expect(banner).to_contain_text("Live updates paused")
    wire.is_cut = False
    page.clock.run_for(54_000)

    expect(banner).to_contain_text("Back up to date")
    messages = page.locator(".timeline-message", has_text="Message number")
    expect(messages).to_have_count(5)
    assert [text.split("Message number ")[1][0] for text in messages.all_inner_texts()] == [
        "0",
        "1",
        "2",
        "3",
        "4",
    ]


def test_ux59_without_any_socket_polling_keeps_the_page_current(browsers: Browsers, watch):
    watch.allow(r"WebSocket", r"/ws/live/")
    ticket = make_ticket(status="open")
    page = blank(browsers)
    page.clock.install()
    wire = Wire(page)
    wire.cut()
    page.goto(f"/t/{ticket.number}/")
    page.clock.run_for(6_000)
    expect(page.locator("#live-banner")).to_contain_text("Live updates paused")

    make_message(ticket, text="Is anybody there?")
    workflow.change_priority(ticket=ticket, priority=4, actor=make_agent())
    work()
    page.clock.run_for(31_000)

    expect(entry(page, "Is anybody there?")).to_be_visible()
    expect(page.locator("#property-priority")).to_have_value("4")


def test_ux59_sending_needs_no_socket(browsers: Browsers, watch):
    watch.allow(r"WebSocket", r"/ws/live/")
    ticket = make_ticket(status="open")
    page = blank(browsers)
    wire = Wire(page)
    wire.cut()
    page.goto(f"/t/{ticket.number}/")

    write(page, "Sent without a bell")
    send(page)

    expect(entry(page, "Sent without a bell")).to_be_visible()


def test_the_list_catches_up_too(browsers: Browsers, watch):
    watch.allow(r"WebSocket", r"/ws/live/")
    page = blank(browsers)
    page.clock.install()
    wire = Wire(page)
    page.goto("/inbox/open/")
    hears_the_bell(page)
    wire.cut()
    expect(page.locator("body")).not_to_have_attribute("data-hears", "yes")

    tickets = [make_ticket(subject=f"Ticket {number}") for number in range(3)]
    work()
    wire.is_cut = False
    page.clock.run_for(60_000)

    expect(page.locator(".ticket-row")).to_have_count(len(tickets))


def test_who_is_signed_out_elsewhere_is_told_and_keeps_the_draft(browsers: Browsers, watch):
    watch.allow(r"401 ", r"response: 4\d\d", r"console: htmx:")
    agent, ticket = make_agent(), make_ticket(status="open")
    page = browsers.open(agent, f"/t/{ticket.number}/")
    write(page, "Half a sentence")
    agent.set_password("another long password")
    agent.save()
    send(page)

    expect(page.get_by_role("dialog", name="You were signed out")).to_be_visible()
    expect(page.locator("#reply-form .tiptap")).to_have_text("Half a sentence")
