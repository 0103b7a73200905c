"""Agents in browsers, signed in, on the served desk."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.agents import Browsers
from tests.live import LiveDesk


@pytest.fixture
def browse(live: LiveDesk, new_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """browse(agent, "/inbox/open/") opens that page in a browser of this agent's own."""
    return Browsers(live, new_context).open
