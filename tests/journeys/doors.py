"""Requests and answers that wait at a door, so that a test decides in which order they arrive."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

from playwright.sync_api import Page, Route

from tests.agents import PATIENCE

Address = str | re.Pattern[str]


class Door:
    """Stops what is asked from this address: before the server has heard of it, or with the answer on its way back."""

    def __init__(self, page: Page, address: Address, *, answered: bool = False) -> None:
        self._page, self._answered = page, answered
        self._waiting: list[Callable[[], None]] = []
        self._is_open = False
        page.route(address, self._stop)

    def _stop(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        elif self._answered:
            answer = route.fetch()
            self._waiting.append(lambda: route.fulfill(response=answer))
        else:
            self._waiting.append(route.continue_)

    def until_someone_waits(self) -> None:
        until(self._page, lambda: bool(self._waiting))

    def open(self) -> None:
        """Let all pass, in the order in which they came, and whoever comes later."""
        self._is_open = True
        for let_pass in self._waiting:
            let_pass()


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """Look again and again, and let the browser's news in meanwhile."""
    deadline = monotonic() + PATIENCE / 1000
    while not is_so():
        assert monotonic() < deadline, "It did not happen."
        page.evaluate("0")


def stop_the_clock(page: Page) -> None:
    """From here on nothing in the page happens by the clock, until page.clock.resume(). It was installed before."""
    page.clock.pause_at(datetime.fromtimestamp(page.evaluate("Date.now()") / 1000 + 1, UTC))


def refresh(page: Page, part: str = "#details-body") -> None:
    """The bell: this part asks for itself, and has what it was answered."""
    page.evaluate(
        """part => new Promise(resolve => {
            const answered = ({ detail }) => {
                if (!detail.requestConfig.elt.matches(part)) return;
                document.removeEventListener("htmx:afterOnLoad", answered);
                resolve();
            };
            document.addEventListener("htmx:afterOnLoad", answered);
            window.htmx.trigger(part, "live");
        })""",
        part,
    )
