"""The admin pages in a real browser: for everybody, in both themes, on a phone, and trying a mailbox live."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from channels_inbox import storms
from channels_inbox.models import MessageDelivery, Reflex
from tests.agents import Browsers, faults_for_assistive_technology, scrolls_sideways
from tests.channels_inbox.mails import make_mail, receive
from tests.make import make_agent, make_inbox, make_ticket

LONG = "donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichen"


@pytest.fixture
def desk(live):
    """A desk with something on every page."""
    inbox = make_inbox(
        name=f"Support {LONG}", settings={"imap_host": "imap.example.com"}, last_error="No answer."
    )
    receive(inbox, f"Subject: {LONG}\r\n\r\nNobody wrote this.".encode())
    message = receive(inbox, make_mail()).message
    MessageDelivery.objects.create(
        kind="reply",
        inbox=inbox,
        ticket=make_ticket(subject=LONG),
        state="failed",
        idempotency_key="1",
        rfc_message_id="1",
        sender=inbox.address,
        recipients={"to": [f"{LONG}@example.org"]},
        provider_reply=f"550 5.1.1 <{LONG}@example.org>: Recipient address rejected: User unknown",
    )
    Reflex.objects.bulk_create(
        [
            Reflex(kind="confirmation", inbox=inbox, correspondent=f"{LONG}@example.org", held_by="address")
            for _ in range(storms.A_STORM)
        ]
    )
    return inbox, message


def pages(inbox, message):
    held = inbox.payloads.held().get()
    return [
        "/settings/",
        "/settings/?q=nothing-of-the-kind",
        "/settings/desk/",
        "/settings/audit/",
        "/settings/channels/",
        "/settings/channels/new/email/",
        f"/settings/channels/{inbox.pk}/",
        "/settings/quarantine/",
        "/settings/quarantine/?show=ignored",
        f"/settings/quarantine/{held.pk}/",
        "/settings/failures/",
        "/settings/failures/?show=events",
        f"/t/{message.ticket.number}/messages/{message.pk}/original/",
        f"/t/{message.ticket.number}/messages/{message.pk}/why/",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_the_admin_pages(desk, live, new_context, theme):
    page = Browsers(live, new_context).open(make_agent(role="Admin"), "/settings/", color_scheme=theme)

    faults = []
    for address in pages(*desk):
        page.goto(live.url + address)
        faults += [f"{address} {fault}" for fault in faults_for_assistive_technology(page)]

    assert faults == []


@pytest.mark.parametrize("width", [320, 360, 768])
def test_no_admin_page_scrolls_sideways(desk, live, new_context, width):
    page = Browsers(live, new_context).open(make_agent(role="Admin"), "/settings/", width=width)

    wide = []
    for address in pages(*desk):
        page.goto(live.url + address)
        if scrolls_sideways(page):
            wide.append(address)

    assert wide == []


def test_every_page_has_one_heading_and_a_title_of_its_own(desk, live, new_context):
    page = Browsers(live, new_context).open(make_agent(role="Admin"), "/settings/")

    titles = []
    for address in pages(*desk):
        page.goto(live.url + address)
        assert page.locator("h1").count() == 1, address
        titles.append(page.title())

    assert len(set(titles)) >= len(titles) - 2  # two tabs share their page's title


def test_a_mailbox_is_tried_while_one_looks(live, new_context, trusted):
    address = trusted.new_mailbox()
    page = Browsers(live, new_context).open(make_agent(role="Admin"), "/settings/channels/new/email/")
    page.locator("[name=address]").fill(address)
    page.locator("[name=imap_host]").fill(trusted.imap.host)
    page.locator("[name=imap_port]").fill(str(trusted.imap.tls_port))
    page.locator("[name=imap_user]").fill(address)
    page.locator("[name=imap_password]").fill("not this one")

    page.get_by_role("button", name="Test connection").click()

    steps = page.locator("#trial .step")
    expect(steps.nth(3)).to_contain_text("The server refused this user or password.")
    expect(steps.nth(5)).to_contain_text("Fetch a mail")
    page.locator("[name=imap_password]").fill(trusted.imap.password)
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#trial")).to_contain_text("All of it works.")
    assert faults_for_assistive_technology(page) == []


def test_the_page_says_what_is_not_saved_yet(desk, live, new_context):
    inbox, _message = desk
    page = Browsers(live, new_context).open(make_agent(role="Admin"), f"/settings/channels/{inbox.pk}/")
    words = page.locator("[data-unsaved-words]")
    expect(words).to_be_hidden()

    page.locator("[name=name]").fill("Help")
    expect(words).to_have_text("1 change is not saved")
    page.locator("[name=acknowledge]").uncheck()
    expect(words).to_have_text("2 changes are not saved")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.locator("h1")).to_have_text("Help")
    expect(page.locator("[data-unsaved-words]")).to_be_hidden()


def test_a_setting_is_found_while_one_types(live, new_context):
    page = Browsers(live, new_context).open(make_agent(role="Admin"), "/settings/")
    page.locator("main [name=q]").press_sequentially("undo")

    expect(page.locator("#settings-found .card")).to_have_count(1)
    expect(page.locator("#settings-found")).to_contain_text("Desk")
    expect(page.locator("main [name=q]")).to_be_focused()


def test_all_held_messages_are_chosen_at_once(desk, live, new_context):
    inbox, _message = desk
    receive(inbox, b"Subject: Another one\r\n\r\nNobody wrote this either.")
    page = Browsers(live, new_context).open(make_agent(role="Admin"), "/settings/quarantine/")

    page.get_by_label("Choose all").check()
    page.get_by_label("Reason").fill("Noise")
    page.get_by_role("button", name="Discard with this reason").click()

    expect(page.locator("main")).to_contain_text("Done with 2 messages.")
    assert not inbox.payloads.held().exists()


def test_why_a_message_is_here_is_told_in_a_dialog(desk, live, new_context):
    inbox, message = desk
    stranger = receive(
        inbox, make_mail(sender="eve@evil.test", subject=f"[#{message.ticket.number}] me too")
    ).message
    agent = make_agent()
    page = Browsers(live, new_context).open(agent, f"/t/{stranger.ticket.number}/")
    box = page.locator(f"#message-{stranger.pk}")

    expect(box.get_by_role("link", name="May belong to another ticket")).to_be_visible()
    box.hover()
    box.get_by_role("button", name="Why is this here?").click()

    dialog = page.locator("#message-dialog")
    expect(dialog).to_contain_text("in which the sender does not take part")
    expect(dialog.get_by_role("link", name=f"#{message.ticket.number}")).to_be_visible()
    assert faults_for_assistive_technology(page) == []
