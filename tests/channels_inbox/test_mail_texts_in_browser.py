"""The page of a mail in a real browser: the preview follows the hands, and nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from channels_inbox.models import MailText
from tests.agents import Browsers, faults_for_assistive_technology, scrolls_sideways
from tests.make import make_agent

PAGE = "/settings/mails/acknowledgement/"


@pytest.fixture
def browse(live, new_context):
    return Browsers(live, new_context).open


@pytest.fixture
def admin():
    return make_agent(role="Admin", name="Ada Nyberg")


def test_the_preview_follows_what_is_typed(browse, admin):
    page = browse(admin, PAGE)
    framed = page.frame_locator(".mail-preview iframe")
    expect(framed.get_by_text("has received your request")).to_be_visible()

    page.get_by_label("Text").fill("We are **on it**: {{ number }}")

    expect(framed.locator("b")).to_have_text("on it")
    expect(page.locator(".mail-preview-text")).to_have_text("We are on it: 10482")
    expect(page.get_by_label("Text")).to_be_focused()


def test_a_placeholder_that_is_not_there_is_named_while_typing(browse, admin):
    page = browse(admin, PAGE)

    page.get_by_label("Text").fill("Dear {{ customer }}")

    expect(page.locator("#mail-preview")).to_contain_text("There is no placeholder “customer” here.")


def test_the_worst_runs_nothing(browse, admin):
    page = browse(admin, "/settings/mails/reply/")
    page.on("dialog", lambda dialog: pytest.fail(f"A script ran: {dialog.message}"))
    framed = page.frame_locator(".mail-preview iframe")

    page.get_by_label("With").select_option("hostile")

    expect(framed.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    assert framed.locator("script, img").count() == 0


def test_saving_shows_whose_text_it_is_and_the_way_back(browse, admin):
    page = browse(admin, PAGE)
    page.get_by_label("Text").fill("Ours.")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Written by Ada Nyberg")).to_be_visible()
    page.get_by_role("button", name="Back to the default").click()

    expect(page.get_by_text("Default text", exact=True)).to_be_visible()
    assert not MailText.objects.exists()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("path", ["/settings/mails/", PAGE])
def test_everybody_can_use_it(browse, admin, path, width, theme):
    admin.theme = theme
    admin.save()
    page = browse(admin, path, width=width)

    assert not scrolls_sideways(page)
    assert faults_for_assistive_technology(page) == []
