"""Fixtures for all tests: the database, the live desk, the browser."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import BrowserContext

from tests.browser import Watch
from tests.live import LiveDesk
from tests.mailservers import MailServers, running_mail_servers
from tests.web_server import Server, running_web_server

# Properties are true or not; how long an example takes says only how busy the machine is.
hypothesis_settings.register_profile("desk", deadline=None)
hypothesis_settings.load_profile("desk")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        names = getattr(item, "fixturenames", [])
        if "browser_name" in names:
            item.add_marker(pytest.mark.browser)
        if _is_transactional(item):
            # What migrations wrote (roles, statuses) is put back after the tables were emptied.
            names.append("django_db_serialized_rollback")
    # Playwright keeps an event loop running in the main thread for the rest of the process, and
    # pytest-asyncio cannot start one then: browser tests go last.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def _is_transactional(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or bool(
        marker and marker.kwargs.get("transaction")
    )


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """The database stands already (tests/plugin.py), so there is none to make and none to drop."""
    from django.db import connection

    with django_db_blocker.unblock():
        if any(_is_transactional(item) for item in request.session.items):
            # Django's own name for what it puts back after a test that emptied the tables. For every connection,
            # because Playwright's loop, once it runs, gives the tests another one.
            contents = connection.creation.serialize_db_to_string()
            type(connection)._test_serialized_contents = contents  # type: ignore[attr-defined]
        yield
        connection.close()


@pytest.fixture(autouse=True)
def _nothing_is_kept_from_test_to_test() -> None:
    """Settings, choices and counts are kept for some seconds, which is longer than a test; a visitor's language is
    the thread's until the next one comes."""
    from django.core.cache import cache
    from django.utils import translation

    from foundation import desk
    from tickets import choices

    desk.forget()
    choices.forget()
    cache.clear()
    translation.deactivate()


@pytest.fixture
def web_server() -> Iterator[Server]:
    """Somewhere on the internet: a server that answers as the test says."""
    with running_web_server() as server:
        yield server


@pytest.fixture(scope="module")
def services_home() -> Iterator[Path]:
    """Where a test may start services of its own, to break them: tmp_path is closed to PostgreSQL's user."""
    with tempfile.TemporaryDirectory(prefix="desk-", dir="/tmp") as home:
        Path(home).chmod(0o755)
        yield Path(home)


# ---- mail


@pytest.fixture(scope="session")
def _mail_servers() -> Iterator[MailServers]:
    with running_mail_servers() as servers:
        yield servers


@pytest.fixture
def mail_servers(_mail_servers: MailServers) -> Iterator[MailServers]:
    """A real IMAP server and an SMTP server that fails on demand; take a new_mailbox() of your own."""
    yield _mail_servers
    _mail_servers.smtp.forget()
    _mail_servers.provider.forget()


# ---- the desk, served


@pytest.fixture(scope="session")
def _live_desk(django_db_setup: None) -> Iterator[LiveDesk]:
    desk = LiveDesk()
    desk.start()
    yield desk
    desk.stop()


@pytest.fixture
def live(_live_desk: LiveDesk, transactional_db: None, settings: Any) -> Iterator[LiveDesk]:
    """HTTP and websockets on live.url; what the test commits, it shows."""
    settings.SITE_URL = _live_desk.url
    settings.CSRF_TRUSTED_ORIGINS = [_live_desk.url]
    yield _live_desk
    _live_desk.settle()


# ---- the browser


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    # From here on a loop runs in this thread, and Django would refuse every query in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not executable:
        pytest.fail("No browser: install Chromium (Debian: apt-get install chromium) or set CHROMIUM to one.")
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    return browser_type_launch_args | {"executable_path": executable, "args": arguments}


@pytest.fixture(scope="session")
def base_url() -> None:
    """Tests name the whole address, live.url."""


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails a browser test on any fault that it did not allow: `watch.allow("422 POST")`."""
    watch = Watch()
    yield watch
    assert watch.unexpected() == []


@pytest.fixture
def new_context(watch: Watch, new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """Every page of every context is watched, the `page` fixture's own included."""

    def watched(**options: Any) -> BrowserContext:
        return watch.follow(new_context(**options))

    return watched
