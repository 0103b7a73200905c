"""The address that throttles see."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from helpdesk.proxies import ClientAddress


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "seen"),
    [
        ([], "10.0.0.1", "198.51.100.7", "10.0.0.1"),  # nobody is believed by default
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        (["10.0.0.0/8"], "10.0.0.1", "1.2.3.4, 198.51.100.7", "198.51.100.7"),  # the first one was made up
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.7, 10.0.0.2", "198.51.100.7"),  # two proxies of ours
        (["10.0.0.0/8"], "203.0.113.9", "198.51.100.7", "203.0.113.9"),  # not our proxy
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
        (["fd00::/8"], "fd00::1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_the_last_address_that_is_not_ours(settings, trusted, peer, forwarded, seen):
    settings.TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"x-forwarded-for": forwarded})

    ClientAddress(lambda request: HttpResponse())(request)

    assert request.META["REMOTE_ADDR"] == seen
