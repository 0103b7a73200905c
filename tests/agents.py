"""Agents in real browsers, for the journeys: signed in, looking at the desk, and a worker that does its turn."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import Agent
from tests.live import LiveDesk
from tickets import dispatch

# Patience is for a loaded machine; what is waited for is waited for by looking, never by sleeping.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)

SERIOUS = ("serious", "critical")


class Browsers:
    """Opens browsers on the live desk."""

    def __init__(self, live: LiveDesk, new_context: Callable[..., BrowserContext]) -> None:
        self.live, self.new_context = live, new_context

    def open(
        self, agent: Agent, path: str, *, width: int = 1440, height: int = 900, **options: object
    ) -> Page:
        """A browser of its own in which this agent is signed in, at this path."""
        context = self.new_context(
            viewport={"width": width, "height": height}, base_url=self.live.url, **options
        )
        context.set_default_timeout(PATIENCE)
        client = Client()
        client.force_login(agent)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.live.url}])
        page = context.new_page()
        page.goto(path)
        return page


def work() -> None:
    """The worker's turn: what happened is reacted to, and the bell rings."""
    dispatch.process_events()


def hears_the_bell(page: Page) -> Page:
    """Wait until the page's socket is open: from here on it misses nothing."""
    expect(page.locator("body")).to_have_attribute("data-hears", "yes")
    return page


# ---- The composers


def write(page: Page, words: str, *, mode: str = "reply") -> Locator:
    """Type into a composer, through its editor."""
    page.locator(f"[data-composer-tab='{mode}']").click()
    editor = page.locator(f"#{mode}-form .tiptap")
    editor.click()
    page.keyboard.type(words)
    return editor


def saved(page: Page) -> None:
    """Wait until the server has what was typed."""
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")


def send(page: Page, *, mode: str = "reply") -> None:
    page.locator(f"#{mode}-form [data-send]").first.click()


def entry(page: Page, words: str) -> Locator:
    """The message of the conversation that holds these words."""
    return page.locator(".timeline-message", has_text=words)


# ---- What everybody can use


def faults_for_assistive_technology(page: Page) -> list[str]:
    """What axe finds serious or critical on the page, readable."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['html'][:120]}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
