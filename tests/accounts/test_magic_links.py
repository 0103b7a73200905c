"""Links that let people in: for one purpose, for a while, and only at a person's click."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from accounts import magic_links
from accounts.magic_links import LinkExpired, Purpose
from accounts.models import CustomerIdentity, MagicLink
from tests.make import make_agent, make_customer

pytestmark = pytest.mark.django_db


def token_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


def agent_link() -> str:
    return magic_links.issue(purpose=Purpose.AGENT_SIGN_IN, agent=make_agent())


def customer_link(**more) -> str:
    return magic_links.issue(purpose=Purpose.CUSTOMER_SIGN_IN, customer=make_customer(), **more)


def test_only_a_hash_is_kept():
    token = token_of(agent_link())

    row = MagicLink.objects.get()

    assert len(token) == 43
    assert token not in (row.token_hash, str(row))
    assert len(row.token_hash) == 64


def test_looking_at_a_link_changes_nothing_and_a_click_signs_in(client):
    link = agent_link()
    path = link.removeprefix(settings.SITE_URL)

    for _scanner in range(3):
        assert client.get(path).status_code == 200
        assert "_auth_user_id" not in client.session

    assert client.post(path).status_code == 302
    assert "_auth_user_id" in client.session


def test_a_link_that_signs_in_works_once(client):
    path = agent_link().removeprefix(settings.SITE_URL)

    assert client.post(path).status_code == 302
    assert client.post(path).status_code == 410
    assert client.get(path).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_of_many_clicks_at_once_one_gets_in():
    token = token_of(agent_link())

    def click(_n: int) -> bool:
        try:
            magic_links.open(token, Purpose.AGENT_SIGN_IN)
        except LinkExpired:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(click, range(8))) == 1


def test_a_link_to_a_request_works_again_and_again():
    link = magic_links.issue(purpose=Purpose.CUSTOMER_REQUEST, customer=make_customer(), ticket_number=1001)

    opened = [magic_links.open(token_of(link), Purpose.CUSTOMER_REQUEST).ticket_number for _click in range(3)]

    assert opened == [1001, 1001, 1001]


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_good_for_its_own_purpose_alone(purpose):
    person = {"agent": make_agent()} if purpose.startswith("agent") else {"customer": make_customer()}
    number = 1001 if purpose == Purpose.CUSTOMER_REQUEST else None
    token = token_of(magic_links.issue(purpose=purpose, ticket_number=number, **person))

    for other in set(Purpose) - {purpose}:
        with pytest.raises(LinkExpired):
            magic_links.peek(token, other)
    assert magic_links.peek(token, purpose)


@pytest.mark.parametrize("purpose", Purpose)
def test_links_grow_old(purpose):
    person = {"agent": make_agent()} if purpose.startswith("agent") else {"customer": make_customer()}
    number = 1001 if purpose == Purpose.CUSTOMER_REQUEST else None
    token = token_of(magic_links.issue(purpose=purpose, ticket_number=number, **person))
    lifetime = MagicLink.objects.get().expires_at - now()

    MagicLink.objects.update(expires_at=now() - timedelta(seconds=1))

    assert lifetime <= timedelta(days=30 if purpose == Purpose.CUSTOMER_REQUEST else 1)
    with pytest.raises(LinkExpired):
        magic_links.open(token, purpose)


@pytest.mark.parametrize(
    "guess",
    ["", " ", "%", "*", "%25", "_" * 43, "%" * 43, "A" * 42, "A" * 44, "A" * 43, "null", "\0", "a\nb"],
)
def test_wildcards_blanks_and_other_lengths_open_nothing(guess):
    agent_link()

    with pytest.raises(LinkExpired):
        magic_links.peek(guess, *Purpose)


def test_a_token_with_something_added_or_missing_opens_nothing():
    token = token_of(agent_link())

    for wrong in (token[:-1], token + "A", token + "\n", " " + token, token.swapcase()):
        with pytest.raises(LinkExpired):
            magic_links.peek(wrong, Purpose.AGENT_SIGN_IN)


def test_nobody_who_was_shut_out_comes_back_by_a_link():
    agent, customer = make_agent(), make_customer()
    links = [
        magic_links.issue(purpose=Purpose.AGENT_SIGN_IN, agent=agent),
        magic_links.issue(purpose=Purpose.CUSTOMER_SIGN_IN, customer=customer),
    ]

    agent.is_active = False
    agent.save()
    customer.blocked_at = now()
    customer.save()

    for link in links:
        with pytest.raises(LinkExpired):
            magic_links.peek(token_of(link), *Purpose)


def test_who_opens_a_mailed_link_has_proven_the_address():
    customer = make_customer(email="elena@example.org")
    link = magic_links.issue(purpose=Purpose.CUSTOMER_SIGN_IN, customer=customer, address="Elena@Example.org")

    magic_links.peek(token_of(link), Purpose.CUSTOMER_SIGN_IN)
    assert CustomerIdentity.objects.get().verified_at is None
    magic_links.open(token_of(link), Purpose.CUSTOMER_SIGN_IN)

    assert CustomerIdentity.objects.get().verified_at


def test_only_a_link_to_a_request_names_one():
    with pytest.raises(ValueError, match="names the ticket"):
        customer_link(ticket_number=1001)
    with pytest.raises(ValueError, match="names the ticket"):
        magic_links.issue(purpose=Purpose.CUSTOMER_REQUEST, customer=make_customer())


def test_links_lead_to_the_desks_own_address_whatever_host_was_asked_for(client, settings):
    settings.SITE_URL = "https://help.example.com/"

    assert customer_link().startswith("https://help.example.com/requests/link/")


def test_a_new_password_comes_by_a_link_that_then_is_used_up(client):
    agent = make_agent()
    other = magic_links.issue(purpose=Purpose.AGENT_SIGN_IN, agent=agent)
    path = magic_links.issue(purpose=Purpose.AGENT_PASSWORD, agent=agent).removeprefix(settings.SITE_URL)
    words = {"new_password": "four quite random words", "repeated": "four quite random words"}

    assert client.post(path, words | {"repeated": "other words"}).status_code == 422
    assert client.post(path, words).status_code == 302

    agent.refresh_from_db()
    assert agent.check_password("four quite random words")
    assert client.get("/me/").status_code == 200
    assert client.post(path, words).status_code == 410
    with pytest.raises(LinkExpired):
        magic_links.peek(token_of(other), Purpose.AGENT_SIGN_IN)


def test_links_of_the_demo_are_made_for_the_demo_only(settings):
    make_agent(email="agent@demo.test")
    make_customer(email="customer@demo.test")

    settings.DEMO = False
    assert magic_links.sign_in_links() == []
    settings.DEMO = True
    assert [who for who, _link in magic_links.sign_in_links()] == ["agent@demo.test", "customer@demo.test"]


def test_old_links_are_swept():
    agent_link()
    MagicLink.objects.update(expires_at=now() - timedelta(days=8))
    agent_link()

    assert magic_links.sweep() == 1
    assert MagicLink.objects.count() == 1
