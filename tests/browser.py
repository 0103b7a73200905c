"""What goes wrong in a browser without anybody looking: console errors, failed requests, broken policies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# A page that is left while it loads takes its requests back.
TAKEN_BACK = "net::ERR_ABORTED"


@dataclass
class Watch:
    """Collects the faults of every page of a test; what a test expects, it allows by pattern."""

    faults: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, *patterns: str) -> None:
        self.allowed += patterns

    def follow(self, context: BrowserContext) -> BrowserContext:
        context.on("console", self._console)
        context.on("weberror", self._script_error)
        context.on("requestfailed", self._request_failed)
        context.on("response", self._response)
        return context

    def unexpected(self) -> list[str]:
        return [fault for fault in self.faults if not any(re.search(each, fault) for each in self.allowed)]

    def _console(self, message: ConsoleMessage) -> None:
        # The response itself is recorded with its address; Chromium's sentence has none.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")

    def _script_error(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    def _request_failed(self, request: Request) -> None:
        if request.failure != TAKEN_BACK:
            self.faults.append(f"request: {request.method} {request.url} {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"response: {response.status} {response.request.method} {response.url}")
