"""Single keys: by character on every keyboard, silent while one writes, and off where somebody wants them off."""

import pytest
from playwright.sync_api import expect

from tests.make import make_agent, make_ticket

PRESS = """([key, more]) => {
  const event = new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...more});
  document.body.dispatchEvent(event);
  return event.defaultPrevented;
}"""
ALTGR = "KeyboardEvent.prototype.getModifierState = function(name) { return name === 'AltGraph' && this.ctrlKey; }"


@pytest.fixture
def ticket_page(browse):
    ticket = make_ticket(team="Support")
    return browse(make_agent(team="Support"), f"/t/{ticket.number}/")


def test_r_goes_to_the_reply_and_letters_are_letters_there(ticket_page):
    ticket_page.keyboard.press("r")
    expect(ticket_page.locator("#reply-form .tiptap")).to_be_focused()

    ticket_page.keyboard.type("rn?")

    expect(ticket_page.locator("#reply-form .tiptap")).to_have_text("rn?")
    expect(ticket_page.locator("#note-panel")).to_be_hidden()


def test_escape_leaves_the_composer_and_keeps_the_words(ticket_page):
    ticket_page.keyboard.press("n")
    ticket_page.keyboard.type("Ask Mika")

    ticket_page.keyboard.press("Escape")

    expect(ticket_page.locator("[data-timeline]")).to_be_focused()
    expect(ticket_page.locator("#note-form .tiptap")).to_have_text("Ask Mika")


def test_nothing_happens_where_the_keys_are_switched_off(browse):
    page = browse(make_agent(shortcuts_on=False), "/inbox/open/")

    page.keyboard.press("?")
    page.keyboard.press("v")

    expect(page.locator("#shortcuts")).to_be_hidden()
    assert page.evaluate("document.body.dataset.side") is None


def test_switching_the_keys_off_lasts(browse):
    agent = make_agent()
    page = browse(agent, "/inbox/open/")

    page.keyboard.press("?")
    with page.expect_response("**/me/preferences/"):
        page.get_by_label("Single-key shortcuts").click()

    agent.refresh_from_db()
    assert agent.shortcuts_on is False


@pytest.mark.parametrize("shift", [True, False])
def test_a_question_mark_is_one_on_every_keyboard(ticket_page, shift):
    assert ticket_page.evaluate(PRESS, ["?", {"shiftKey": shift}])

    expect(ticket_page.locator("#shortcuts")).to_be_visible()


@pytest.mark.parametrize(
    "more", [{"ctrlKey": True}, {"metaKey": True}, {"altKey": True}, {"isComposing": True}, {"keyCode": 229}]
)
def test_keys_of_the_browser_and_of_input_methods_are_left_alone(ticket_page, more):
    assert not any(ticket_page.evaluate(PRESS, [key, more]) for key in "rn?/jkx")


def test_altgr_triggers_nothing(ticket_page):
    ticket_page.evaluate(ALTGR)

    assert not ticket_page.evaluate(PRESS, ["?", {"ctrlKey": True}])


def test_two_keys_lead_to_a_place(browse):
    page = browse(make_agent(team="Support"), "/people/")

    page.keyboard.press("g")
    page.keyboard.press("m")

    page.wait_for_url("**/inbox/mine/")


def test_the_sheet_lists_what_the_page_answers_to(ticket_page):
    ticket_page.keyboard.press("?")

    sheet = ticket_page.locator("[data-shortcut-sheet]")
    for text in ("Reply", "Write a note", "Solve", "Inbox", "Show or hide the details"):
        expect(sheet).to_contain_text(text)


def test_a_closed_dialog_gives_the_focus_back(ticket_page):
    opener = ticket_page.get_by_role("button", name="Keyboard shortcuts")
    opener.focus()
    ticket_page.keyboard.press("Enter")
    expect(ticket_page.locator("#shortcuts")).to_be_visible()

    ticket_page.keyboard.press("Escape")

    expect(opener).to_be_focused()


def test_a_menu_is_walked_with_arrows_and_gives_the_focus_back(ticket_page):
    opener = ticket_page.get_by_role("button", name="Account of")
    opener.click()
    expect(ticket_page.get_by_role("menuitemradio").first).to_be_focused()

    ticket_page.keyboard.press("End")
    expect(ticket_page.get_by_role("menuitem", name="Sign out")).to_be_focused()
    ticket_page.keyboard.press("Escape")

    expect(opener).to_be_focused()


def test_the_first_tab_offers_to_skip_to_the_content(ticket_page):
    ticket_page.keyboard.press("Tab")
    expect(ticket_page.get_by_role("link", name="Skip to content")).to_be_focused()

    ticket_page.keyboard.press("Enter")

    assert ticket_page.evaluate("document.activeElement.id") == "content"
