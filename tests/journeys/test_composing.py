"""Writing and sending: drafts that survive, notes that stay inside, answers that can be taken back."""

from __future__ import annotations

import base64
import re

from playwright.sync_api import Page, expect

from channels_inbox.models import MessageDelivery
from tests.agents import Browsers, entry, hears_the_bell, saved, send, work, write
from tests.make import make_agent, make_inbox, make_message, make_ticket
from tickets.models import Attachment, Draft, Message
from tickets.services import replies, workflow

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def path(ticket):
    return f"/t/{ticket.number}/"


def paste_picture(page: Page) -> None:
    """What a browser does when a screenshot is in the clipboard."""
    page.evaluate(
        """data => {
          const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], "screenshot.png", { type: "image/png" }));
          const event = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
          document.querySelector("#reply-form .tiptap").dispatchEvent(event);
        }""",
        PNG,
    )


def test_ux16_a_draft_is_back_after_the_tab_was_closed(browsers: Browsers):
    agent, ticket = make_agent(), make_ticket()
    first = browsers.open(agent, path(ticket))
    write(first, "Dear Elena, I am looking into it")
    first.locator("#reply-form").get_by_role("button", name="Cc", exact=True).click()
    first.get_by_label("Cc", exact=True).fill("boss@example.org")
    first.locator("#reply-form input[type=file]").set_input_files(
        {"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    )
    expect(first.locator("#reply-form input[name=attachments]")).to_have_count(1)
    saved(first)
    first.context.close()

    again = browsers.open(agent, path(ticket))

    expect(again.locator("#reply-form .tiptap")).to_have_text("Dear Elena, I am looking into it")
    expect(again.get_by_label("Cc", exact=True)).to_have_value("boss@example.org")
    expect(again.locator("#reply-form .attachment")).to_contain_text("report.pdf")
    expect(again.locator("[data-draft-state]")).to_have_text("Draft restored")


def test_ux17_changes_of_others_never_touch_what_is_being_typed(browsers: Browsers):
    agent, other, ticket = make_agent(), make_agent(name="Priya Shah"), make_ticket(status="open")
    page = hears_the_bell(browsers.open(agent, path(ticket)))
    editor = write(page, "Half a sen")

    workflow.assign(ticket=ticket, assignee=other, actor=other)
    workflow.change_status(ticket=ticket, status="pending", actor=other)
    work()
    expect(page.locator("#property-assignee")).to_have_value(str(other.pk))
    expect(page.locator("#head-status")).to_have_text("Pending")
    page.keyboard.type("tence")

    expect(editor).to_have_text("Half a sentence")
    expect(editor).to_be_focused()


def test_ux18_words_never_cross_between_note_and_reply(browsers: Browsers):
    agent, ticket = make_agent(), make_ticket()
    page = browsers.open(agent, path(ticket))

    note = write(page, "She is furious, be careful", mode="note")
    saved(page)
    reply = write(page, "Dear Elena")
    expect(reply).to_have_text("Dear Elena")
    saved(page)
    page.locator("[data-composer-tab='note']").click()
    expect(note).to_have_text("She is furious, be careful")

    assert {draft.mode: draft.html for draft in Draft.objects.all()} == {
        "note": "<p>She is furious, be careful</p>",
        "reply": "<p>Dear Elena</p>",
    }
    page.reload()
    expect(page.locator("#reply-form .tiptap")).to_have_text("Dear Elena")


def test_ux19_a_note_looks_different_even_without_colour(browsers: Browsers):
    page = browsers.open(make_agent(), path(make_ticket()))
    page.locator("[data-composer-tab='note']").click()

    note = page.locator("#note-form")
    expect(note.get_by_text("Only your team sees this")).to_be_visible()
    expect(note.get_by_role("button", name="Add note")).to_be_visible()
    expect(page.locator("#reply-form")).to_be_hidden()
    look = "element => { const style = getComputedStyle(element); return [style.borderStyle, style.backgroundColor]; }"
    as_note = page.locator("#composer").evaluate(look)
    page.locator("[data-composer-tab='reply']").click()
    as_reply = page.locator("#composer").evaluate(look)
    assert as_note[0] == "dashed"
    assert as_reply[0] == "solid"
    assert as_note[1] != as_reply[1]


def test_ux20_a_reply_waits_can_be_undone_and_nothing_leaves(browsers: Browsers):
    make_inbox()
    agent, ticket = make_agent(), make_ticket(status="open")
    page = hears_the_bell(browsers.open(agent, path(ticket)))
    write(page, "This is wrong, sorry")
    page.locator("#reply-form").get_by_role("button", name="More ways to send").click()
    page.get_by_role("menuitem", name="Send as Solved").click()

    message = entry(page, "This is wrong, sorry")
    expect(message.get_by_text(re.compile(r"Sending in \d+ s"))).to_be_visible()
    expect(page.locator("#head-status")).to_have_text("Solved")
    message.get_by_role("button", name="Undo").click()

    expect(page.locator("#reply-form .tiptap")).to_have_text("This is wrong, sorry")
    expect(message).to_have_count(0)
    expect(page.locator("#head-status")).to_have_text("Open")
    work()
    assert not MessageDelivery.objects.filter(state=MessageDelivery.State.QUEUED).exists()


def test_ux20_the_toast_undoes_as_well(browsers: Browsers):
    page = browsers.open(make_agent(), path(make_ticket(status="open")))
    write(page, "Too fast")
    page.keyboard.press("Control+Enter")

    page.locator("#toasts").get_by_role("button", name="Undo").click()

    expect(page.locator("#reply-form .tiptap")).to_have_text("Too fast")


def test_ux21_closing_the_browser_meanwhile_sends_once(browsers: Browsers):
    make_inbox()
    ticket = make_ticket(status="open")
    page = browsers.open(make_agent(), path(ticket))
    write(page, "On its way")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    expect(entry(page, "On its way")).to_be_visible()
    page.context.close()

    work()
    work()

    assert ticket.messages.filter(direction=Message.Direction.OUTBOUND).count() == 1
    assert MessageDelivery.objects.filter(kind=MessageDelivery.Kind.REPLY).count() == 1


def test_ux23_what_a_colleague_answered_meanwhile_stops_the_reply_once(browsers: Browsers, watch):
    watch.allow(r"409 POST .*/reply/")
    agent, other, ticket = make_agent(), make_agent(name="Priya Shah"), make_ticket(status="open")
    page = browsers.open(agent, path(ticket))
    write(page, "My answer")
    replies.post_reply(ticket=ticket, author=other, html="<p>Already refunded.</p>")
    send(page)

    guard = page.locator("#reply-form .composer-guards")
    expect(guard).to_contain_text("Priya Shah")
    expect(guard).to_contain_text("Already refunded.")
    expect(page.locator("#reply-form .tiptap")).to_have_text("My answer")
    assert not ticket.messages.filter(author_agent=agent).exists()
    guard.get_by_role("button", name="Send anyway").click()

    expect(entry(page, "My answer")).to_be_visible()
    expect(page.locator("#reply-form .tiptap")).to_have_text("")


def test_ux24_the_customers_answer_shows_itself_and_leaves_the_caret_alone(browsers: Browsers):
    ticket = make_ticket(status="open")
    page = hears_the_bell(browsers.open(make_agent(), path(ticket)))
    editor = write(page, "Dear ")

    make_message(ticket, text="It works now, thank you!")
    work()

    expect(page.get_by_text("The customer replied just now.")).to_be_visible()
    expect(entry(page, "It works now")).to_be_attached()
    page.keyboard.type("Elena")
    expect(editor).to_have_text("Dear Elena")


def test_ux27_a_promised_file_is_asked_about_once(browsers: Browsers, watch):
    watch.allow(r"409 POST .*/reply/")
    page = browsers.open(make_agent(), path(make_ticket(status="open")))
    write(page, "See the attached report")
    send(page)

    expect(page.get_by_text("none is attached")).to_be_visible()
    page.get_by_role("button", name="Send without a file").click()

    expect(entry(page, "See the attached report")).to_be_visible()


def test_a_reply_with_formatting_a_picture_and_a_file(browsers: Browsers):
    agent, ticket = make_agent(name="Mika Korhonen"), make_ticket(status="new")
    page = browsers.open(agent, path(ticket))
    write(page, "This is ")
    page.keyboard.press("Control+b")
    page.keyboard.type("important")
    page.keyboard.press("Control+b")
    page.keyboard.type(": ")
    paste_picture(page)
    expect(page.locator("#reply-form .tiptap img:not(.ProseMirror-separator)")).to_be_visible()
    page.locator("#reply-form input[type=file]").set_input_files(
        {"name": "Rechnung März.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
    )
    expect(page.locator("#reply-form .attachment:visible")).to_contain_text("Rechnung März.pdf")
    send(page)

    message = entry(page, "This is important")
    expect(message.locator("strong")).to_have_text("important")
    expect(message.locator(".prose img")).to_have_js_property("complete", True)
    expect(message.locator("a.attachment")).to_contain_text("Rechnung März.pdf")
    stored = ticket.messages.last()
    assert {file.name: file.is_inline for file in stored.attachments.all()} == {
        "screenshot.png": True,
        "Rechnung März.pdf": False,
    }
    with stored.attachments.get(is_inline=True).file.open() as picture:
        assert picture.read() == base64.b64decode(PNG)
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status_id) == (agent, "open")


def test_a_picture_that_was_deleted_again_does_not_go_along(browsers: Browsers):
    ticket = make_ticket(status="open")
    page = browsers.open(make_agent(), path(ticket))
    write(page, "Look ")
    paste_picture(page)
    picture = page.locator("#reply-form .tiptap img:not(.ProseMirror-separator)")
    expect(picture).to_be_visible()
    page.keyboard.press("Backspace")
    expect(picture).to_have_count(0)
    send(page)

    expect(entry(page, "Look")).to_be_visible()
    assert not ticket.messages.last().attachments.exists()
    assert Attachment.objects.count() == 1  # swept a day later


def test_without_scripts_one_can_answer_too(browsers: Browsers):
    ticket = make_ticket(status="open")
    page = browsers.open(make_agent(), path(ticket), java_script_enabled=False)
    page.locator("#reply-body").fill("Plain words.\n\nAnd more.")
    page.locator("#reply-form input[type=file]").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"hello"}
    )
    page.locator("#reply-form").get_by_role("button", name="Send reply").click()

    expect(entry(page, "Plain words.")).to_be_visible()
    message = ticket.messages.last()
    assert message.html == "<p>Plain words.</p><p>And more.</p>"
    assert message.attachments.get().name == "notes.txt"
