"""Mail that lets people in: the page that asks for it tells nobody who is known."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import magic_links, notices
from accounts.models import MagicLink
from foundation import desk
from tests.make import make_agent, make_customer
from tests.pages import without_tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def outbox():
    """What was put into the outbox, whatever channel takes notices otherwise."""
    taken: list[notices.Notice] = []
    before = list(notices._queues)
    notices.leave_through(taken.append)
    yield taken
    notices._queues[:] = before


DOORS = [
    ("/login/forgotten/", notices.AGENT_PASSWORD),
    ("/requests/link/", notices.CUSTOMER_SIGN_IN),
]


@pytest.mark.parametrize(("path", "kind"), DOORS)
def test_security71_known_or_not_the_answer_and_the_work_are_the_same(
    path, kind, outbox, django_assert_num_queries
):
    make_agent(email="known@example.org")
    make_customer(email="known@example.org")

    desk.settings()  # kept from here on

    seen = []
    for email in ("known@example.org", "unknown@example.org"):
        client = Client()
        with django_assert_num_queries(2):  # the two limits; the outbox's own insert is the same for both
            answer = client.post(path, {"email": email})
        seen.append((answer.status_code, answer["Location"], without_tokens(client.get(answer["Location"]))))

    assert seen[0] == seen[1]
    assert [(notice.kind, notice.address) for notice in outbox] == [
        (kind, "known@example.org"),
        (kind, "unknown@example.org"),
    ]
    assert MagicLink.objects.count() == 0


@pytest.mark.parametrize("kind", [notices.AGENT_PASSWORD, notices.CUSTOMER_SIGN_IN])
def test_the_link_is_made_when_the_mail_leaves(kind):
    make_agent(email="known@example.org")
    make_customer(email="known@example.org")

    link = notices.link_for(notices.Notice(kind=kind, address="known@example.org", language="en"))

    assert magic_links.peek(link.rstrip("/").rpartition("/")[2], kind)


@pytest.mark.parametrize("kind", [notices.AGENT_PASSWORD, notices.CUSTOMER_SIGN_IN])
def test_nothing_is_written_to_who_is_unknown_or_shut_out(kind):
    make_agent(email="gone@example.org", is_active=False)
    make_customer(email="gone@example.org", blocked_at="2026-01-01T00:00Z")

    for address in ("unknown@example.org", "gone@example.org", "", "%"):
        assert notices.link_for(notices.Notice(kind=kind, address=address, language="en")) is None
    assert MagicLink.objects.count() == 0


@pytest.mark.parametrize(("path", "kind"), DOORS)
def test_an_address_is_not_bombed_with_mail(path, kind, outbox):
    answers = {
        Client(REMOTE_ADDR=f"10.0.0.{n}").post(path, {"email": "elena@example.org"}).status_code
        for n in range(9)
    }

    assert answers == {302}
    assert len(outbox) == notices.PER_ADDRESS


@pytest.mark.parametrize(("path", "kind"), DOORS)
def test_a_network_does_not_bomb_many_addresses(path, kind, outbox):
    for n in range(notices.PER_NETWORK + 10):
        Client(REMOTE_ADDR="10.0.0.1").post(path, {"email": f"person{n}@example.org"})

    assert len(outbox) == notices.PER_NETWORK


def test_the_mail_speaks_the_language_of_the_page(outbox):
    Client(headers={"Accept-Language": "de"}).post("/requests/link/", {"email": "elena@example.org"})

    assert outbox[0].language == "de"
