"""Log lines: readable, complete, and of no use to a thief."""

from __future__ import annotations

import json
import logging
import logging.config

import pytest

from helpdesk.logs import configuration


@pytest.fixture
def logged(capsys):
    """Configure logging for a test, and hand out what it wrote."""
    before = logging.root.handlers[:], logging.root.level

    def configure(*, as_json: bool, level: str = "INFO"):
        logging.config.dictConfig(configuration(level=level, as_json=as_json))
        return lambda: capsys.readouterr().err

    yield configure
    logging.root.handlers, logging.root.level = before[0], before[1]


def test_production_writes_one_object_a_line(logged):
    written = logged(as_json=True)

    logging.getLogger("channels_inbox").warning(
        "%s is late by %d s", "support@desk.test", 7, extra={"inbox": 3}
    )
    password = "a secret in a local variable"
    try:
        raise ValueError(f"broken, {len(password)}")
    except ValueError:
        logging.getLogger("tickets").exception("A reaction failed")

    lines = written()
    assert password not in lines
    late, failed = (json.loads(line) for line in lines.splitlines())
    assert late["event"] == "support@desk.test is late by 7 s"
    assert (late["level"], late["logger"], late["inbox"]) == ("warning", "channels_inbox", 3)
    assert failed["exception"][0]["exc_type"] == "ValueError"


def test_development_writes_lines_for_people(logged):
    written = logged(as_json=False)

    logging.getLogger("tickets").info("Sent %s", "a reply")

    assert "Sent a reply" in written()


def test_an_error_of_a_page_stands_in_the_log_with_its_trace(logged):
    written = logged(as_json=False)

    try:
        raise KeyError("nowhere")
    except KeyError:
        logging.getLogger("django.request").error("Internal Server Error: %s", "/t/1/", exc_info=True)

    lines = written()
    assert "Internal Server Error: /t/1/" in lines
    assert "KeyError: 'nowhere'" in lines


def test_no_link_in_the_log_can_be_used(logged):
    written = logged(as_json=True)

    token = "ko-NiCn1BIQt4KAdABGaTrs4viwN4C-7bWwh0UGQrRY"
    logging.getLogger("django.request").warning("Gone: %s", f"/login/link/{token}/")
    logging.getLogger("django.request").warning("Not Found: %s", f"/files/{token}?inline=1")

    lines = written()
    assert token not in lines
    assert "/login/link/…/" in lines


def test_scanners_do_not_fill_the_log(logged):
    written = logged(as_json=True)

    logging.getLogger("django.security.DisallowedHost").error("Invalid HTTP_HOST header: 'evil.test'")

    assert written() == ""
