"""A provider that calls the live desk."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from channels_inbox.email.providers import sns
from tests.live import LiveDesk
from tests.mail_providers import SIMULATORS, AmazonSES, Simulator
from tests.make import make_inbox
from tests.web_server import Server


@pytest.fixture
def connect(live: LiveDesk, web_server: Server, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Simulator]:
    """Set an inbox up with a provider. The test's own web server is Amazon's, and nobody else's."""
    monkeypatch.setattr(sns, "AMAZON", re.compile(re.escape(web_server.url)))

    def connected(key: str, **inbox: object) -> Simulator:
        provider = SIMULATORS[key](live.url, make_inbox(acknowledge=False, **inbox))  # type: ignore[arg-type]
        if isinstance(provider, AmazonSES):
            provider.serve(web_server)
        provider.set_up()
        return provider

    return connected


@pytest.fixture(params=sorted(SIMULATORS))
def provider(request: pytest.FixtureRequest, connect: Callable[..., Simulator]) -> Simulator:
    return connect(request.param)
