"""The page of an inbox's provider in a real browser: it shows what belongs to the choice, and fits everywhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from channels_inbox import health
from channels_inbox.models import ProviderHook
from tests.agents import Browsers, faults_for_assistive_technology, scrolls_sideways
from tests.make import make_agent, make_inbox


@pytest.fixture
def browse(live, new_context):
    return Browsers(live, new_context).open


@pytest.fixture
def inbox(live):
    inbox = make_inbox()
    hook = ProviderHook.objects.create(inbox=inbox, provider="sendgrid", credentials={"password": "x" * 24})
    health.called(hook)
    health.call_refused(hook, "wrong_key")
    return inbox


def test_what_belongs_to_the_choice_is_shown(browse, inbox):
    page = browse(make_agent(role="Admin"), f"/settings/channels/{inbox.pk}/provider/")
    expect(page.get_by_label("Verification keys")).to_be_visible()

    page.get_by_label("Provider", exact=True).select_option("ses")

    expect(page.get_by_label("Topic (ARN)")).to_be_visible()
    expect(page.get_by_label("Verification keys")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Address for mail and events")).to_have_count(1)

    page.get_by_label("Provider", exact=True).select_option("")

    expect(page.get_by_role("region", name="At the provider")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_reads_well(browse, inbox, width, scheme):
    page = browse(make_agent(role="Admin"), f"/settings/channels/{inbox.pk}/provider/")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)

    expect(page.get_by_text("Why it was refused")).to_be_visible()
    assert not scrolls_sideways(page)
    assert faults_for_assistive_technology(page) == []
