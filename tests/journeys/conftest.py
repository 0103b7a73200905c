"""Journeys: whole ways through the desk, in real browsers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.agents import Browsers
from tests.live import LiveDesk


@pytest.fixture
def browsers(live: LiveDesk, new_context: Callable[..., BrowserContext]) -> Browsers:
    return Browsers(live, new_context)
