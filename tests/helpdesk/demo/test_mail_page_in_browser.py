"""The demo's mail pages in a real browser: for everybody, on a phone, and changing while one looks."""

from __future__ import annotations

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from channels_inbox import intake, sending
from channels_inbox.email import mailbox
from channels_inbox.models import Inbox
from helpdesk.demo import company
from tests.agents import faults_for_assistive_technology, scrolls_sideways
from tests.helpdesk.demo.servers import mail_servers
from tickets import dispatch

ANA = "ana.with-a-rather-long-name@lamps-and-other-things.test"


@pytest.fixture
def demo(live, settings, tmp_path):
    settings.DEMO = True
    settings.RUNTIME_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    with mail_servers() as ports:
        settings.DEMO_IMAP_PORT, settings.DEMO_SMTP_PORT = ports
        company.found(now())
        yield live


def work():
    for inbox in Inbox.objects.fetching():
        mailbox.poll(inbox)
    intake.process_due()
    dispatch.process_events()
    sending.send_due()


def write(page, live):
    page.goto(f"{live.url}/demo/mail/?as={ANA}")
    page.get_by_label("Subject").fill("The lamp hums")
    page.get_by_label("Text", exact=True).fill("All night long.")
    page.get_by_role("button", name="Send", exact=True).click()


def test_the_way_of_a_mail_is_seen_while_one_looks(demo, page):
    write(page, demo)
    journey = page.locator("#journey")
    expect(journey).to_contain_text("The desk fetches its mail")

    work()

    expect(journey).to_contain_text("In ticket #")
    journey.get_by_role("link", name="A confirmation came back").click()
    expect(page.locator("h1")).to_contain_text("We have received your request")
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text("has received your request")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_these_pages(demo, new_context, theme):
    page = new_context(color_scheme=theme).new_page()
    write(page, demo)
    work()
    faults, wide = [], []

    for address in (
        "/demo/mail/",
        f"/demo/mail/{ANA}/",
        f"/demo/mail/{ANA}/1/",
        page.url.removeprefix(demo.url),
    ):
        page.goto(demo.url + address)
        faults += [f"{address} {fault}" for fault in faults_for_assistive_technology(page)]
        page.set_viewport_size({"width": 320, "height": 700})
        if scrolls_sideways(page):
            wide.append(address)

    assert faults == []
    assert wide == []
