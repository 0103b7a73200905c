"""Lists: one focus that moves, and rows that come in without moving what somebody is about to press."""

from playwright.sync_api import Page, expect

from tests.agents import hears_the_bell, work
from tests.make import make_agent, make_message, make_ticket
from tickets.services import workflow

ROWS = "[data-list] > li"


def numbers(page: Page) -> list[int]:
    return [
        int(row.removeprefix("row-"))
        for row in page.locator(ROWS).evaluate_all("rows => rows.map(row => row.id)")
    ]


def open_list(browse, *, tickets: int = 3) -> tuple[Page, list]:
    made = [make_ticket(team="Support", subject=f"Ticket {n}") for n in range(1, tickets + 1)]
    page = browse(make_agent(team="Support"), "/inbox/open/")
    hears_the_bell(page)
    return page, made


def test_j_and_k_move_one_focus(browse):
    page, _tickets = open_list(browse)

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")

    links = page.locator(".ticket-row-link")
    expect(links.nth(0)).to_be_focused()
    assert page.locator(".ticket-row-link[tabindex='0']").count() == 1


def test_enter_opens_and_back_finds_the_same_row(browse):
    page, _tickets = open_list(browse)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/t/**")

    page.go_back()

    expect(page.locator(".ticket-row-link").nth(1)).to_be_focused()


def test_a_new_ticket_comes_in_by_itself_while_nobody_is_in_the_list(browse):
    page, _tickets = open_list(browse)

    new = make_ticket(team="Support", subject="Just now")
    work()

    expect(page.locator(ROWS).first).to_contain_text("Just now")
    assert numbers(page)[0] == new.number


def test_a_new_ticket_waits_while_the_pointer_is_in_the_list(browse):
    page, _tickets = open_list(browse)
    before = numbers(page)
    page.locator(ROWS).nth(1).hover()

    make_ticket(team="Support", subject="Just now")
    work()

    pill = page.locator("[data-new-pill] button")
    expect(pill).to_have_text("1 new")
    assert numbers(page) == before
    pill.click()
    expect(page.locator(".ticket-row-link").first).to_be_focused()
    expect(page.locator(".ticket-row-link").first).to_contain_text("Just now")


def test_a_row_changes_under_the_focus_without_losing_it(browse):
    page, tickets = open_list(browse)
    page.keyboard.press("j")
    page.keyboard.press("j")
    held = page.locator(f"#row-{tickets[1].number}")
    expect(held.locator(".ticket-row-link")).to_be_focused()

    make_message(tickets[1], text="One more thing")
    work()

    expect(held).to_contain_text("One more thing")
    expect(held.locator(".ticket-row-link")).to_be_focused()
    assert numbers(page)[1] == tickets[1].number


def test_a_row_that_left_says_so_until_one_is_done(browse):
    page, tickets = open_list(browse)
    page.keyboard.press("j")

    workflow.change_status(ticket=tickets[0], status="solved", actor=make_agent(team="Support"))
    work()

    expect(page.locator(f"#row-{tickets[0].number}")).to_contain_text("No longer in this view")
