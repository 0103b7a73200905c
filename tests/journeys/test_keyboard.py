"""The main path without a mouse, and pages that everybody can use."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.agents import (
    Browsers,
    entry,
    faults_for_assistive_technology,
    hears_the_bell,
    scrolls_sideways,
    work,
    write,
)
from tests.journeys.doors import refresh
from tests.make import make_agent, make_customer, make_message, make_ticket
from tickets.models import Message
from tickets.services import participants, replies, workflow


def test_the_main_path_by_keyboard_alone(browsers: Browsers):
    agent = make_agent(name="Mika Korhonen")
    other, ticket = make_ticket(subject="Another"), make_ticket(subject="Charged twice", status="new")
    page = browsers.open(agent, "/inbox/mine/")
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile("/inbox/unassigned/"))
    hears_the_bell(page)

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(f"#open-{ticket.number}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/t/{ticket.number}/"))
    hears_the_bell(page)

    page.keyboard.press("i")
    expect(page.locator("#property-assignee option:checked")).to_have_text("Mika Korhonen")
    page.keyboard.press("r")
    page.keyboard.type("Dear Elena, rn it is refunded.")
    page.keyboard.press("Control+Enter")
    expect(entry(page, "rn it is refunded")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("She was nice about it.")
    page.keyboard.press("Control+Enter")
    expect(entry(page, "She was nice about it.")).to_contain_text("Internal note")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#head-status")).to_have_text("Solved")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/inbox/unassigned/"))

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status_id) == (agent, "solved")
    expect(page.locator(".ticket-row")).to_have_count(1)
    expect(page.locator(f"#row-{other.number}")).to_be_visible()


def test_z_takes_the_answer_back(browsers: Browsers):
    page = browsers.open(make_agent(), f"/t/{make_ticket(status='open').number}/")
    write(page, "Too fast")
    page.keyboard.press("Control+Enter")
    expect(entry(page, "Too fast").get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.press("z")

    expect(page.locator("#reply-form .tiptap")).to_have_text("Too fast")


@pytest.mark.parametrize(("key", "control"), [("a", "assignee"), ("s", "status"), ("p", "priority")])
def test_a_key_leads_to_each_property(browsers: Browsers, key, control):
    page = browsers.open(make_agent(), f"/t/{make_ticket(status='open').number}/")

    page.keyboard.press(key)

    expect(page.locator(f"#property-{control}")).to_be_focused()


def test_on_a_row_one_takes_and_solves(browsers: Browsers):
    agent, ticket = make_agent(name="Mika Korhonen"), make_ticket(status="open")
    page = hears_the_bell(browsers.open(agent, "/inbox/all/"))
    page.keyboard.press("j")
    page.keyboard.press("i")
    expect(page.locator("#toasts")).to_contain_text(f"#{ticket.number} is yours")
    work()
    expect(page.locator(f"#row-{ticket.number}").get_by_label("Assigned to Mika Korhonen")).to_be_visible()
    page.keyboard.press("e")
    work_until = page.locator(f"#row-{ticket.number}")
    expect(page.locator("#toasts")).to_contain_text("is solved")
    work()
    expect(work_until).to_contain_text("Solved")


def test_the_sheet_lists_the_keys_of_the_page(browsers: Browsers):
    page = browsers.open(make_agent(), f"/t/{make_ticket(status='open').number}/?view=open")

    page.keyboard.press("?")

    sheet = page.locator("#shortcuts")
    for words in (
        "Reply",
        "Write a note",
        "Assign",
        "Change the status",
        "Solve",
        "Take",
        "Unassigned",
        "Next ticket",
    ):
        expect(sheet).to_contain_text(words)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_the_subject_is_changed_in_place(browsers: Browsers):
    ticket = make_ticket(subject="Help!!!")
    page = browsers.open(make_agent(), f"/t/{ticket.number}/")
    page.get_by_role("button", name="Change the subject").click()
    page.get_by_role("textbox", name="Subject").fill("Charged twice for October")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Charged twice for October")
    expect(page.locator("#subject-form")).to_be_hidden()


def test_tags_come_and_go_with_the_focus_kept(browsers: Browsers):
    page = hears_the_bell(browsers.open(make_agent(), f"/t/{make_ticket().number}/"))
    field = page.get_by_role("combobox", name="Add a tag")
    tags = page.locator("#ticket-tags .tag")

    field.focus()
    for name in ("alpha", "beta", "gamma"):
        page.keyboard.type(name)
        page.keyboard.press("Enter")
    expect(tags).to_have_text(["alpha", "beta", "gamma"])
    work()
    refresh(page)
    expect(field).to_be_focused()

    page.get_by_role("button", name="Remove the tag beta").focus()
    page.keyboard.press("Enter")
    expect(tags).to_have_text(["alpha", "gamma"])
    expect(page.get_by_role("button", name="Remove the tag gamma")).to_be_focused()
    page.keyboard.press("Enter")
    expect(tags).to_have_text(["alpha"])
    expect(page.get_by_role("button", name="Remove the tag alpha")).to_be_focused()
    page.keyboard.press("Enter")
    expect(tags).to_have_count(0)
    expect(field).to_be_focused()


def everything():
    """A ticket in which all that the page can show is to be seen."""
    agent = make_agent(name="Mika Korhonen")
    customer = make_customer(
        name="Elena Lindqvist", language="sv", time_zone="Europe/Stockholm", is_vip=True, notes="Likes tea."
    )
    ticket = make_ticket(requester=customer, team="Billing", assignee=agent, status="open", priority=4)
    workflow.tag(ticket=ticket, add=["refund", "billing"], actor=agent)
    participants.add(ticket=ticket, addresses=["boss@example.org"], actor=agent)
    make_message(
        ticket,
        text="x",
        html='<table bgcolor="#eee"><tr><td>A mail <img src="https://a.test/b.png"></td></tr></table>',
    )
    make_message(ticket, text="Held", author=make_customer(name="Mallory"), held=True)
    replies.add_note(ticket=ticket, author=agent, html="<p>Between <a href='https://a.test'>us</a>.</p>")
    failed = replies.post_reply(ticket=ticket, author=agent, html="<p>Lost.</p>")
    Message.objects.filter(pk=failed.pk).update(delivery="failed", delivery_note="550 no")
    type(ticket).objects.filter(pk=ticket.pk).update(needs_attention="A reply was not delivered.")
    replies.post_reply(ticket=ticket, author=agent, html="<p>On its way.</p>")
    for number in range(7):
        make_message(ticket, text=f"Message {number}", quoted_text="> before")
    make_ticket(requester=customer, subject="Another one", status="pending")
    return agent, ticket


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page_of", ["list", "ticket", "ticket beside its list", "filters", "note"])
def test_ux96_axe_finds_nothing_serious(browsers: Browsers, watch, theme, page_of):
    agent, ticket = everything()
    agent.theme = theme
    agent.save()
    path = {"list": "/inbox/all/?priority=4", "filters": "/inbox/all/"}.get(
        page_of, f"/t/{ticket.number}/?all=1"
    )
    page = browsers.open(agent, path + ("&view=all" if page_of == "ticket beside its list" else ""))
    if page_of == "filters":
        page.get_by_role("button", name="Filter").click()
    if page_of == "note":
        write(page, "Between us", mode="note")

    assert faults_for_assistive_technology(page) == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_ux97_it_is_usable_however_narrow(browsers: Browsers, width):
    agent, ticket = everything()
    page = browsers.open(agent, "/inbox/all/", width=width, height=740)
    assert not scrolls_sideways(page)
    page.locator(f"#open-{ticket.number}").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Charged twice")
    assert not scrolls_sideways(page)

    write(page, "Answered on the move")
    page.locator("#reply-form").get_by_role("button", name="Send reply").click()
    expect(entry(page, "Answered on the move")).to_be_visible()
    if width < 1280:
        page.get_by_role("button", name="Details").first.click()
    with page.expect_response(lambda answer: answer.url.endswith("/priority/")):
        page.locator("#property-priority").select_option("1")
    assert not scrolls_sideways(page)
    ticket.refresh_from_db()
    assert ticket.priority == 1
