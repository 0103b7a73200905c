"""The demo desk and who may see it."""

from __future__ import annotations

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.core.management import CommandError
from django.http import HttpResponse
from django.test import RequestFactory

from helpdesk.loopback import DemoStaysHome, is_loopback
from helpdesk.management.commands.dev import refuse_a_public_demo


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("localhost.example.com", False),
        ("", False),
    ],
)
def test_this_machine(host, loopback):
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("192.168.1.5", {}, 403),
        ("127.0.0.1", {"x-forwarded-for": "192.168.1.5"}, 403),  # a proxy or a tunnel on this machine
    ],
)
def test_the_demo_answers_its_own_machine_only(settings, peer, headers, status):
    settings.DEMO = True
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)

    assert DemoStaysHome(lambda request: HttpResponse())(request).status_code == status


def test_a_real_desk_has_no_such_gate(settings):
    settings.DEMO = False

    with pytest.raises(MiddlewareNotUsed):
        DemoStaysHome(lambda request: HttpResponse())


def test_a_demo_does_not_start_on_another_address(settings):
    settings.DEMO = True

    refuse_a_public_demo("127.0.0.1")
    with pytest.raises(CommandError, match=r"not on 0\.0\.0\.0"):
        refuse_a_public_demo("0.0.0.0")
    settings.DEMO = False
    refuse_a_public_demo("0.0.0.0")
