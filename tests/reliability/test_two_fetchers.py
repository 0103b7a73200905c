"""Several programs collect the mail of one mailbox at the same time: each mail comes in once."""

from __future__ import annotations

from channels_inbox.models import InboundPayload
from tests.waiting import until


def test_fault8_three_fetchers_at_one_mailbox_fetch_each_mail_once(desk_under_test, start):
    desk_under_test.customers_write(25)
    for _ in range(3):
        start("fetch")
    until(lambda: InboundPayload.objects.count() >= 10)
    desk_under_test.customers_write(25)
    start("work")
    until(desk_under_test.is_idle)

    desk_under_test.check(kills=0)
    assert len({payload.transport["uid"] for payload in InboundPayload.objects.all()}) == 50
