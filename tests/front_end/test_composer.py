"""Reply and note: no word and no file is lost, and none goes where it was not meant to go."""

import pytest
from playwright.sync_api import Page, expect

from tests.agents import saved
from tests.make import make_agent, make_ticket
from tickets.models import Draft, Message
from tickets.services import replies

PASTE_IMAGE = """async (editor) => {
  const canvas = document.createElement("canvas");
  const blob = await new Promise((done) => canvas.toBlob(done));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([blob], "shot.png", {type: "image/png"}));
  editor.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""
DRAG = """(form, kind) => {
  window.dragged ??= new DataTransfer();
  if (!window.dragged.items.length) window.dragged.items.add(new File(["log"], "error.log", {type: "text/plain"}));
  form.dispatchEvent(new DragEvent(kind, {dataTransfer: window.dragged, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def agent():
    return make_agent(name="Ana Díaz", team="Support")


@pytest.fixture
def ticket():
    return make_ticket(team="Support")


@pytest.fixture
def page(browse, agent, ticket) -> Page:
    return browse(agent, f"/t/{ticket.number}/")


def write(page: Page, words: str, mode: str = "reply") -> None:
    page.keyboard.press({"reply": "r", "note": "n"}[mode])
    expect(page.locator(f"#{mode}-form .tiptap")).to_be_focused()
    page.keyboard.type(words)


def reply_in(page: Page):
    return page.locator("#reply-form .tiptap")


def send(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    expect(reply_in(page)).to_be_empty()


# ---- Drafts


def test_a_draft_is_there_again_with_its_looks(page):
    write(page, "It is ")
    page.keyboard.press("Control+b")
    page.keyboard.type("ours")
    saved(page)

    page.reload()

    expect(reply_in(page).locator("strong")).to_have_text("ours")
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_what_the_server_could_not_keep_this_browser_kept(page, watch):
    # The page that is left sends once more, so the next one may find its own words there already.
    watch.allow("request: POST .*/draft/", "response: 409 POST .*/draft/")
    page.route("**/draft/**", lambda route: route.abort())
    write(page, "Written in a tunnel")
    expect(page.locator("[data-draft-state]")).to_contain_text("Not saved")

    page.unroute("**/draft/**")
    page.reload()

    expect(reply_in(page)).to_have_text("Written in a tunnel")
    saved(page)
    expect(page.locator("#reply-form .composer-guards")).to_be_empty()
    assert "tunnel" in Draft.objects.get().html


def test_what_was_written_elsewhere_is_offered_and_ours_stays(page, agent, ticket, watch):
    watch.allow("response: 409 POST .*/draft/")
    write(page, "Here")
    saved(page)
    Draft.objects.update(html="<p>On the phone</p>", revision=9)

    page.keyboard.type(" and now")

    guards = page.locator("#reply-form .composer-guards")
    expect(guards).to_contain_text("in another place")
    expect(reply_in(page)).to_have_text("Here and now")
    guards.get_by_role("button").click()
    expect(reply_in(page)).to_have_text("On the phone")


def test_a_note_never_becomes_a_reply(page, ticket):
    write(page, "He is lying", mode="note")
    page.keyboard.press("Escape")
    write(page, "Thank you")
    expect(page.locator("#note-panel")).to_be_hidden()

    send(page)

    assert [message.text for message in Message.objects.filter(ticket=ticket, direction="out")] == [
        "Thank you"
    ]
    page.locator("#note-tab").click()
    expect(page.locator("#note-form .tiptap")).to_have_text("He is lying")


# ---- Files


def test_a_pasted_image_stands_in_the_text(page, ticket):
    write(page, "Look: ")
    reply_in(page).evaluate(PASTE_IMAGE)
    expect(reply_in(page).locator("img[src^='/files/']")).to_have_count(1)

    send(page)

    [image] = Message.objects.get(ticket=ticket, direction="out").attachments.all()
    assert image.is_inline


def test_picked_files_are_tiles_that_can_be_taken_off(page, ticket):
    write(page, "Two files, one by mistake")
    page.set_input_files(
        "#reply-form [data-composer-files]",
        [{"name": name, "mimeType": "text/plain", "buffer": b"words"} for name in ("right.txt", "wrong.txt")],
    )
    page.get_by_role("button", name="Remove wrong.txt").click()

    send(page)

    [kept] = Message.objects.get(ticket=ticket, direction="out").attachments.all()
    assert kept.name == "right.txt"


def test_files_can_be_dropped_anywhere_on_the_composer(page):
    write(page, "See the log")
    form, veil = page.locator("#reply-form"), page.locator("#reply-form [data-composer-drop]")

    form.evaluate(DRAG, "dragover")
    expect(veil).to_be_visible()
    form.evaluate(DRAG, "drop")

    expect(veil).to_be_hidden()
    expect(page.get_by_role("button", name="Remove error.log")).to_be_visible()


def test_a_message_does_not_leave_without_a_file_that_failed(page, ticket, watch):
    watch.allow("response: 413 POST .*/uploads/")
    refused = '{"error": "Larger than 25 MB."}'
    page.route("**/uploads/", lambda route: route.fulfill(status=413, body=refused))
    write(page, "The file is below")
    page.set_input_files(
        "#reply-form [data-composer-files]",
        {"name": "huge.bin", "mimeType": "application/octet-stream", "buffer": b"x"},
    )
    expect(page.locator("#reply-form .attachment-failed")).to_contain_text("Larger than 25 MB.")

    reply_in(page).focus()
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("button", name="Remove huge.bin")).to_be_focused()
    assert not Message.objects.filter(ticket=ticket, direction="out").exists()


# ---- Sending


def test_pressing_twice_sends_once(page, ticket):
    write(page, "Once")

    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")

    expect(reply_in(page)).to_be_empty()
    expect(page.locator("#timeline")).to_contain_text("Once")
    assert Message.objects.filter(ticket=ticket, direction="out").count() == 1


def test_a_server_that_fails_costs_no_word(page, ticket, watch):
    watch.allow("500 POST", "console: Response Status Error Code 500")
    page.route("**/reply/", lambda route: route.fulfill(status=500, body="no"))
    write(page, "Say it again")
    page.keyboard.press("Control+Enter")
    retry = page.locator("#toasts").get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    expect(reply_in(page)).to_have_text("Say it again")

    page.unroute("**/reply/")
    retry.click()

    expect(reply_in(page)).to_be_empty()
    assert Message.objects.get(ticket=ticket, direction="out").text == "Say it again"


def test_a_colleague_who_was_faster_is_shown_before_one_sends(page, ticket, watch):
    watch.allow("response: 409 POST .*/reply/")
    write(page, "My answer")
    replies.add_note(
        ticket=ticket, author=make_agent(name="Mika", team="Support"), html="<p>Do not answer yet</p>"
    )

    page.keyboard.press("Control+Enter")

    guards = page.locator("#reply-form .composer-guards")
    expect(guards).to_contain_text("Do not answer yet")
    assert not Message.objects.filter(ticket=ticket, direction="out", visibility="public").exists()
    guards.get_by_role("button", name="Send anyway").click()
    expect(page.locator("#timeline")).to_contain_text("My answer")


def test_a_reply_that_is_taken_back_is_in_the_composer_again(page):
    write(page, "Too early")
    send(page)

    page.locator("#toasts").get_by_role("button", name="Undo").click()

    expect(reply_in(page)).to_have_text("Too early")
    expect(page.locator("#timeline")).not_to_contain_text("Too early")
