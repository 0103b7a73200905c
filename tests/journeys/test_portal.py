"""The customers' side in a real browser: without JavaScript, and for everybody."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from accounts import magic_links
from accounts.magic_links import Purpose
from accounts.models import Customer, Organization
from channels_inbox.form import request_form
from tests.agents import Browsers, faults_for_assistive_technology, scrolls_sideways
from tests.make import make_agent, make_customer, make_message, make_ticket
from tests.tickets.portal import customer_client
from tickets.models import Ticket


@pytest.fixture
def plain(browsers: Browsers) -> BrowserContext:
    """A browser that runs no scripts."""
    context = browsers.new_context(java_script_enabled=False, base_url=browsers.live.url)
    context.set_default_timeout(15_000)
    return context


def known(context: BrowserContext, customer: Customer, url: str) -> None:
    """From here on this customer is known in this browser."""
    cookie = customer_client(customer).cookies[settings.PORTAL_COOKIE_NAME].value
    context.add_cookies([{"name": settings.PORTAL_COOKIE_NAME, "value": cookie, "url": url}])


def a_file(name: str, words: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": words.encode()}


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


# ---- Without JavaScript


def test_ux64_ask_follow_answer_and_close_without_scripts(plain, monkeypatch):
    monkeypatch.setattr(request_form, "FASTEST", 0)
    page = plain.new_page()

    page.goto("/help/")
    page.get_by_role("link", name="Ask us").click()
    page.get_by_label("What is it about?").fill("Charged twice for October")
    page.get_by_label("Tell us more").fill("My card was charged twice.")
    page.get_by_label("Files").set_input_files([a_file("statement.txt", "49.00 49.00")])
    page.get_by_label("Your name").fill("Elena Lindqvist")
    page.get_by_label("Your email address").fill("elena@example.org")
    press(page, "Send")

    ticket = Ticket.objects.get()
    expect(page.get_by_role("heading", name="We have your message")).to_be_visible()
    expect(page.get_by_text(f"Your request has the number {ticket.number}")).to_be_visible()

    page.goto(
        magic_links.issue(
            purpose=Purpose.CUSTOMER_REQUEST, customer=ticket.requester, ticket_number=ticket.number
        )
    )
    press(page, "Continue")
    expect(page.get_by_role("heading", name="Charged twice for October")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="statement.txt").click()
    assert download.value.suggested_filename == "statement.txt"

    page.get_by_label("Your message").fill("Here is the second invoice.")
    page.get_by_label("Files").set_input_files([a_file("second.txt", "INV-20419"), a_file("third.txt", "?")])
    press(page, "Send")
    expect(page.get_by_text("Here is the second invoice.")).to_be_visible()
    expect(page.get_by_role("link", name="second.txt")).to_be_visible()
    expect(page.get_by_role("link", name="third.txt")).to_be_visible()

    press(page, "This is solved")
    expect(page.locator("[aria-current=step]")).to_have_text("Solved")
    press(page, "It is not solved")
    expect(page.locator("[aria-current=step]")).to_have_text("In progress")
    ticket.refresh_from_db()
    assert (ticket.category, ticket.messages.count()) == ("open", 2)


def test_a_link_is_mailed_and_signs_in_without_scripts(plain):
    ticket = make_ticket(subject="Charged twice")
    page = plain.new_page()

    page.goto("/requests/")
    page.get_by_label("Your email address").fill(ticket.requester.email)
    press(page, "Mail me a link")
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    page.goto(
        magic_links.issue(
            purpose=Purpose.CUSTOMER_SIGN_IN, customer=ticket.requester, address=ticket.requester.email
        )
    )
    press(page, "Continue")
    page.get_by_role("link", name="Charged twice").click()

    expect(page.get_by_text("My card was charged twice.")).to_be_visible()


def test_an_agent_signs_in_without_scripts(plain):
    agent = make_agent(email="mika@desk.test", password="a long enough password")
    page = plain.new_page()

    page.goto("/me/")
    page.get_by_label("Email address").fill(agent.email)
    page.get_by_label("Password").fill("a long enough password")
    press(page, "Sign in")

    expect(page.get_by_role("heading", name="Profile and preferences")).to_be_visible()


# ---- What is not right


def test_ux65_a_form_that_did_not_pass_leads_to_what_is_wrong_and_keeps_everything(browsers: Browsers, watch):
    watch.allow("422 POST")
    context = browsers.new_context(base_url=browsers.live.url)
    page = context.new_page()
    page.goto("/requests/new/")
    page.get_by_label("Tell us more").fill("My card was charged twice.")
    page.get_by_label("Your email address").fill("elena at example")
    page.get_by_label("Files").set_input_files([a_file("statement.txt", "49.00")])
    expect(page.locator("main button")).to_be_enabled()
    press(page, "Send")

    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error:"))
    expect(page.get_by_label("Tell us more")).to_have_value("My card was charged twice.")
    expect(page.get_by_label("Your email address")).to_have_value("elena at example")
    expect(page.get_by_label("statement.txt")).to_be_checked()
    summary.get_by_role("link", name=re.compile("email")).click()
    expect(page.get_by_label("Your email address")).to_be_focused()
    assert faults_for_assistive_technology(page) == []


def test_ux112_passwords_may_be_pasted_and_filled_by_a_manager(browsers: Browsers):
    page = browsers.new_context(base_url=browsers.live.url).new_page()
    page.goto("/login/")

    expect(page.get_by_label("Email address")).to_have_attribute("autocomplete", "username")
    password = page.get_by_label("Password")
    expect(password).to_have_attribute("autocomplete", "current-password")
    password.focus()
    page.evaluate("document.execCommand('insertText', false, 'pasted words')")
    expect(password).to_have_value("pasted words")


def test_ux113_help_stands_in_the_same_place_on_every_page(browsers: Browsers):
    ticket = make_ticket()
    context = browsers.new_context(base_url=browsers.live.url)
    known(context, ticket.requester, browsers.live.url)
    page = context.new_page()

    places = set()
    for path in ("/help/", "/requests/", "/requests/new/", "/requests/sent/", f"/requests/{ticket.number}/"):
        page.goto(path)
        box = page.get_by_role("link", name="Get help").bounding_box()
        assert box is not None
        places.add((round(box["x"]), round(box["y"])))

    assert len(places) == 1


def test_ux114_who_is_known_is_not_asked_again(browsers: Browsers):
    context = browsers.new_context(base_url=browsers.live.url)
    known(context, make_customer(email="elena@example.org"), browsers.live.url)
    page = context.new_page()

    page.goto("/requests/new/")

    expect(page.get_by_text("We answer to elena@example.org.")).to_be_visible()
    expect(page.get_by_label("Your email address")).to_have_count(0)


# ---- For everybody


def portal_pages(ticket: Ticket, solved: Ticket, closed: Ticket) -> list[str]:
    own = [f"/requests/{one.number}/" for one in (ticket, solved, closed)]
    return ["/help/", "/requests/", "/requests/?show=solved", "/requests/new/", "/requests/sent/", *own]


def strangers_pages(ticket: Ticket) -> list[str]:
    agent = make_agent()
    links = [
        magic_links.issue(
            purpose=Purpose.CUSTOMER_REQUEST, customer=ticket.requester, ticket_number=ticket.number
        ),
        magic_links.issue(purpose=Purpose.AGENT_SIGN_IN, agent=agent),
        magic_links.issue(purpose=Purpose.AGENT_PASSWORD, agent=agent),
    ]
    pages = ["/login/", "/login/forgotten/", "/login/forgotten/sent/", "/requests/", "/requests/link/sent/"]
    return [*pages, "/login/link/old/", "/requests/link/old/", *links]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ux96_customers_pages_are_for_everybody(browsers: Browsers, watch, theme):
    watch.allow("410 GET")
    ticket = make_ticket()
    make_message(ticket, author=make_customer(name="Tomás Oliveira"), text="Me too")
    solved = make_ticket(requester=ticket.requester, status="solved")
    closed = make_ticket(requester=ticket.requester, status="closed")
    options = {"base_url": browsers.live.url, "color_scheme": theme}
    customer, stranger = browsers.new_context(**options), browsers.new_context(**options)
    known(customer, ticket.requester, browsers.live.url)

    faults = {}
    for context, paths in (
        (customer, portal_pages(ticket, solved, closed)),
        (stranger, strangers_pages(ticket)),
    ):
        page = context.new_page()
        for path in paths:
            page.goto(path)
            assert page.locator("h1").count() == 1, path
            if found := faults_for_assistive_technology(page):
                faults[path] = found

    assert faults == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ux96_agents_pages_about_people_are_for_everybody(browsers: Browsers, theme):
    firm = Organization.objects.create(name="Fjordworks")
    customer = make_customer(organization=firm, is_vip=True)
    make_ticket(requester=customer)
    page = browsers.open(make_agent(theme=theme), "/me/")

    faults = {}
    for path in ("/me/", "/people/", "/people/?q=nobody", f"/people/{customer.pk}/", f"/orgs/{firm.pk}/"):
        page.goto(path)
        if str(customer.pk) in path and "people" in path:
            expect(page.locator("#tickets-of-customer").get_by_role("link")).to_be_visible()
        if found := faults_for_assistive_technology(page):
            faults[path] = found

    assert faults == {}


def test_ux97_nothing_scrolls_sideways_on_a_phone(browsers: Browsers):
    ticket = make_ticket(subject="Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung" * 2)
    make_message(ticket, text="https://example.org/" + "x" * 300)
    context = browsers.new_context(base_url=browsers.live.url, viewport={"width": 320, "height": 700})
    known(context, ticket.requester, browsers.live.url)
    page = context.new_page()

    wide = []
    for path in [*portal_pages(ticket, ticket, ticket), "/login/"]:
        page.goto(path)
        if scrolls_sideways(page):
            wide.append(path)

    assert wide == []
