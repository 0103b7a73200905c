"""The whole way in a browser: choose, save, agree at the provider, come back; and again after a revocation."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from channels_inbox.email import mailbox
from channels_inbox.models import Inbox, MailboxGrant
from tests.agents import Browsers, faults_for_assistive_technology, scrolls_sideways
from tests.channels_inbox.email.oauth.conftest import connect
from tests.channels_inbox.mails import make_mail
from tests.make import make_agent


@pytest.fixture
def browse(live, new_context):
    return Browsers(live, new_context).open


@pytest.fixture
def admin():
    return make_agent(role="Admin", name="Ada Nyberg")


def fill(page: Page, inbox: Inbox, provider) -> None:
    page.get_by_label("How the desk signs in").select_option("other")
    page.get_by_label("Address of the sign-in page").fill(f"{provider.url}/authorize")
    page.get_by_label("Address for tokens").fill(f"{provider.url}/token")
    page.get_by_label("Permissions (scopes)").fill("mail offline_access")
    page.get_by_label("Client id").fill(provider.client_id)
    page.get_by_label("Client secret").fill(provider.client_secret)
    page.locator("[name=smtp_user]").fill(inbox.address)


def test_a_mailbox_with_a_password_is_connected_to_a_provider(browse, admin, mailbox, provider, trusted):
    inbox = mailbox
    page = browse(admin, f"/settings/channels/{inbox.pk}/")
    fill(page, inbox, provider)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Not connected yet")).to_be_visible()

    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("link", name="Continue to 127.0.0.1").click()
    expect(page.get_by_role("heading", name=f"Sign in as {inbox.address}")).to_be_visible()
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("Access was not given").first).to_be_visible()

    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("link", name="Continue to 127.0.0.1").click()
    page.get_by_role("button", name="Agree").click()

    expect(page.get_by_text("Connected as:")).to_be_visible()
    assert "code=" not in page.url
    assert MailboxGrant.objects.filter(inbox=inbox).exists()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_text("All of it works.")).to_be_visible(timeout=40_000)


def test_after_a_revocation_the_page_leads_back(browse, admin, unconnected, provider, trusted):
    connect(unconnected, provider)
    provider.revoke(unconnected.address)
    trusted.imap.deliver(unconnected.address, make_mail())
    assert mailbox.poll(unconnected) is None

    page = browse(admin, f"/settings/channels/{unconnected.pk}/")
    expect(page.get_by_text("no longer lets the desk into this mailbox")).to_be_visible()
    page.get_by_role("button", name="Connect again").click()
    page.get_by_role("link", name="Continue to 127.0.0.1").click()
    page.get_by_role("button", name="Agree").click()

    expect(page.get_by_text("Connected as:")).to_be_visible()
    assert mailbox.poll(Inbox.objects.get(pk=unconnected.pk)) == 1


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("sign_in", ["password", "google", "microsoft", "other"])
def test_each_choice_shows_its_own_fields_and_fits(browse, admin, unconnected, width, sign_in):
    page = browse(admin, f"/settings/channels/{unconnected.pk}/", width=width)

    page.get_by_label("How the desk signs in").select_option(sign_in)

    by_password, by_provider = page.locator("[name=imap_password]"), page.locator("[name=oauth_client_id]")
    expect(by_password).to_be_visible(visible=sign_in == "password")
    expect(by_provider).to_be_visible(visible=sign_in != "password")
    expect(page.locator("[name=oauth_token_url]")).to_be_visible(visible=sign_in == "other")
    expect(page.locator("[name=oauth_tenant]")).to_be_visible(visible=sign_in == "microsoft")
    assert faults_for_assistive_technology(page) == []
    assert not scrolls_sideways(page)
