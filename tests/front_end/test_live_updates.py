"""The live bell in the browser: gaps are told, filled and survived."""

from django.conf import settings
from playwright.sync_api import Page, expect

from tests.agents import hears_the_bell, saved, work
from tests.make import make_agent, make_message, make_ticket

SOCKET = "**/ws/live/"


def refuse(page: Page) -> None:
    page.route_web_socket(SOCKET, lambda socket: socket.close())


def open_ticket(browse, ticket, *, deaf: bool = False) -> Page:
    """With a clock that the test turns, and where it is `deaf` without any socket."""
    page = browse(make_agent(team="Support"), "/me/")
    page.clock.install()
    if deaf:
        refuse(page)
    page.goto(page.url.replace("/me/", f"/t/{ticket.number}/"))
    return page


def test_a_long_gap_is_said_and_polling_fills_it(browse):
    ticket = make_ticket(team="Support")
    page = open_ticket(browse, ticket, deaf=True)
    banner = page.locator("#live-banner")
    expect(banner).to_be_hidden()

    page.clock.run_for(6_000)
    expect(banner).to_contain_text("Live updates paused")
    make_message(ticket, text="Are you there?")
    work()
    page.clock.run_for(31_000)

    page.clock.resume()
    expect(page.locator("#timeline")).to_contain_text("Are you there?")


def test_what_was_missed_is_there_after_the_socket_came_back(browse, watch):
    watch.allow("WebSocket")
    ticket = make_ticket(team="Support")
    sockets = []

    def connect(socket):
        sockets.append(socket)
        if len(sockets) == 2:
            socket.close()
        else:
            socket.connect_to_server()

    page = browse(make_agent(team="Support"), "/me/")
    page.route_web_socket(SOCKET, connect)
    page.goto(page.url.replace("/me/", f"/t/{ticket.number}/"))
    hears_the_bell(page)

    sockets[0].close()
    for word in ("one", "two", "three"):
        make_message(ticket, text=f"Missed number {word}")
    work()

    for word in ("one", "two", "three"):
        expect(page.locator("#timeline")).to_contain_text(f"Missed number {word}")


def test_whoever_was_signed_out_is_told_and_goes_on_after_signing_in(browse, watch):
    ticket = make_ticket(team="Support")
    agent = make_agent(team="Support")
    page = browse(agent, f"/t/{ticket.number}/")
    hears_the_bell(page)
    page.keyboard.press("n")
    page.keyboard.type("Do not lose this")
    saved(page)
    watch.allow("response: 401 GET")
    cookies = page.context.cookies()

    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("#note-form .tiptap").press("Control+Enter")

    expect(page.locator("#signed-out")).to_be_visible()
    page.context.add_cookies(cookies)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#timeline")).to_contain_text("Do not lose this")


def test_the_tab_counts_what_came_in_behind_it(browse):
    ticket = make_ticket(team="Support")
    page = browse(make_agent(team="Support"), "/inbox/open/")
    hears_the_bell(page)
    title = page.title()
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")

    make_message(ticket, text="Hello?")
    work()

    expect(page).to_have_title(f"(1) {title}")
