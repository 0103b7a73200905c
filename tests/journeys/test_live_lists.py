"""Two browsers at one desk: what one does, the other sees without asking."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.agents import Browsers, hears_the_bell, send, work, write
from tests.make import make_agent, make_customer, make_message, make_ticket
from tickets.services import workflow


def rows(page):
    return page.locator(".ticket-row")


def test_a_new_ticket_appears_without_reload(browsers: Browsers):
    make_ticket(subject="The old one")
    page = hears_the_bell(browsers.open(make_agent(), "/inbox/open/"))
    page.mouse.move(5, 5)

    make_ticket(subject="Fresh from the mail", requester=make_customer(name="Tomás Oliveira"))
    work()

    expect(rows(page).first).to_contain_text("Fresh from the mail")
    expect(page.locator("#views [aria-current] .count")).to_have_text("2")
    expect(page.locator("[data-list-count]")).to_have_text("2")


def test_ux34_nothing_moves_under_the_pointer(browsers: Browsers):
    for number in range(3):
        make_ticket(subject=f"Ticket {number}")
    page = hears_the_bell(browsers.open(make_agent(), "/inbox/open/"))
    rows(page).nth(1).hover()
    before = rows(page).all_inner_texts()

    make_ticket(subject="Fresh")
    work()

    pill = page.locator("[data-new-pill]")
    expect(pill).to_contain_text("1 new")
    assert [text.split("\n")[1:3] for text in rows(page).all_inner_texts()] == [
        text.split("\n")[1:3] for text in before
    ]
    pill.get_by_role("button").click()
    expect(rows(page).first).to_contain_text("Fresh")
    expect(pill).to_be_hidden()


def test_ux35_a_row_changes_in_place_and_keeps_the_focus(browsers: Browsers):
    tickets = [make_ticket(subject=f"Ticket {number}", status="open") for number in range(3)]
    page = hears_the_bell(browsers.open(make_agent(), "/inbox/all/"))
    page.keyboard.press("j")
    page.keyboard.press("j")
    link = page.locator(f"#open-{tickets[1].number}")
    expect(link).to_be_focused()

    workflow.change_status(ticket=tickets[1], status="pending", actor=make_agent())
    work()

    expect(page.locator(f"#row-{tickets[1].number}")).to_contain_text("Pending")
    expect(link).to_be_focused()
    expect(rows(page).nth(1)).to_have_id(f"row-{tickets[1].number}")


def test_a_row_that_left_the_list_is_dimmed_while_somebody_works_there(browsers: Browsers):
    ticket = make_ticket(status="open")
    make_ticket(status="open")
    page = hears_the_bell(browsers.open(make_agent(), "/inbox/open/"))
    page.keyboard.press("j")

    workflow.change_status(ticket=ticket, status="solved", actor=make_agent())
    work()

    expect(page.locator(f"#row-{ticket.number}")).to_have_class(re.compile("is-gone"))


def test_one_agent_answers_and_the_other_sees_it_in_the_open_ticket(browsers: Browsers):
    ticket = make_ticket(status="open")
    mika = hears_the_bell(browsers.open(make_agent(name="Mika Korhonen"), f"/t/{ticket.number}/"))
    priya = hears_the_bell(browsers.open(make_agent(name="Priya Shah"), f"/t/{ticket.number}/"))

    write(mika, "I have refunded it")
    send(mika)
    expect(mika.locator(".timeline-message", has_text="I have refunded it")).to_be_visible()
    work()

    answer = priya.locator(".timeline-message", has_text="I have refunded it")
    expect(answer).to_contain_text("Mika Korhonen")
    expect(answer.get_by_role("button", name="Undo")).to_have_count(0)
    expect(priya.locator("#property-assignee option:checked")).to_have_text("Mika Korhonen")


def test_who_may_not_see_a_ticket_is_shown_nothing_of_it(browsers: Browsers):
    outsider = make_agent(role="Team agent", team="Billing")
    page = hears_the_bell(browsers.open(outsider, "/inbox/all/"))
    page.mouse.move(5, 5)

    make_ticket(team="Legal", subject="Secret matter")
    ours = make_ticket(team="Billing", subject="Our matter")
    work()

    expect(page.locator(f"#row-{ours.number}")).to_be_visible()
    expect(rows(page)).to_have_count(1)


def test_reading_in_one_tab_clears_the_other(browsers: Browsers):
    agent, ticket = make_agent(), make_ticket(status="open")
    page = hears_the_bell(browsers.open(agent, "/inbox/open/"))
    page.mouse.move(5, 5)
    row = page.locator(f"#row-{ticket.number}")
    expect(row).to_have_class(re.compile("is-unread"))

    other = page.context.new_page()
    with other.expect_response(lambda response: response.url.endswith("/seen/")):
        other.goto(f"/t/{ticket.number}/")
    make_message(ticket, text="One more thing")
    work()
    expect(other.locator(".timeline-message", has_text="One more thing")).to_be_visible()
    workflow.change_priority(ticket=ticket, priority=4, actor=make_agent())
    work()

    expect(row).to_contain_text("Urgent")
    expect(row).not_to_have_class(re.compile("is-unread"))


def test_ux48_one_sees_who_else_is_there_and_who_is_answering(browsers: Browsers):
    ticket = make_ticket(status="open")
    mika = hears_the_bell(browsers.open(make_agent(name="Mika Korhonen"), f"/t/{ticket.number}/"))
    others = mika.locator("[data-presence]")
    expect(others).to_be_empty()

    priya = hears_the_bell(browsers.open(make_agent(name="Priya Shah"), f"/t/{ticket.number}/"))
    expect(others).to_have_text("Priya Shah is viewing")
    expect(priya.locator("[data-presence]")).to_have_text("Mika Korhonen is viewing")

    write(priya, "I have this one")
    expect(others).to_have_text("Priya Shah is replying")
    workflow.change_priority(ticket=ticket, priority=4, actor=make_agent())
    work()
    expect(mika.locator("#property-priority")).to_have_value("4")
    expect(others).to_have_text("Priya Shah is replying")

    priya.context.close()
    expect(others).to_be_empty()
