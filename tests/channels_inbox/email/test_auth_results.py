import pytest

from channels_inbox.email import auth_results
from channels_inbox.email.parsed import Verdicts


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (
            "mx.test; spf=pass smtp.mailfrom=x; dkim=pass header.d=x; dmarc=pass",
            Verdicts(server="mx.test", spf="pass", dkim="pass", dmarc="pass", signed_by=("x",)),
        ),
        (
            "MX.Test 1; SPF=SoftFail (why: because; dkim=pass) smtp.mailfrom=x",
            Verdicts(server="mx.test", spf="softfail"),
        ),
        (
            "mx.test; dkim=fail header.d=a; dkim=pass header.d=b",
            Verdicts(server="mx.test", dkim="pass", signed_by=("b",)),
        ),
        ("mx.test; none", Verdicts(server="mx.test")),
        ("spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=x", Verdicts(server="", spf="pass")),
        ("", Verdicts(server="")),
        ("mx.test; x-dmarc=pass", Verdicts(server="mx.test")),
    ],
)
def test_verdicts_are_read(header, found):
    assert auth_results.read([header]) == [found]


def test_the_topmost_comes_first():
    assert [one.server for one in auth_results.read(["ours.test; spf=fail", "forged.test; spf=pass"])] == [
        "ours.test",
        "forged.test",
    ]
