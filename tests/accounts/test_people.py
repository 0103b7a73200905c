"""The pages about customers and organizations."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, CustomerIdentity, Organization, OrganizationDomain
from accounts.models import customers as models_of_customers
from foundation.models import AuditEntry
from tests.make import make_agent, make_customer, make_role, make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client):
    agent = make_agent()
    client.force_login(agent)
    return agent


def names_in(page: str) -> list[str]:
    return re.findall(r'class="person-name" dir="auto">([^<]+)<', page)


# ---- Finding


def test_everybody_is_listed_newest_first(client, agent):
    for name in ("Ana", "Bo", "Cy"):
        make_customer(name=name)

    assert names_in(client.get("/people/").text) == ["Cy", "Bo", "Ana"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lindq", ["Elena Lindqvist"]),
        ("LINDQVIST elena", ["Elena Lindqvist"]),
        ("fjordworks", ["Elena Lindqvist"]),
        ("elena@fjord", ["Elena Lindqvist"]),
        ("中村", ["中村 亮"]),
        ("el", ["Elena Lindqvist"]),
        ("100%", []),
        ("_", []),
        ("nobody", []),
    ],
)
def test_people_are_found_by_part_of_a_name_or_an_address(client, agent, words, found):
    make_customer(name="Elena Lindqvist", email="elena@fjordworks.example")
    make_customer(name="中村 亮", email="ryo@example.org")

    assert names_in(client.get("/people/", {"q": words}).text) == found


def test_pages_follow_one_another_without_a_gap(client, agent, django_assert_max_num_queries):
    customers = [make_customer(name=f"Person {n}") for n in range(103)]

    seen, address = [], "/people/"
    while address:
        with django_assert_max_num_queries(14):
            page = client.get(address).text
        seen += names_in(page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/people/" + older[1].replace("&amp;", "&") if older else ""

    assert seen == [customer.name for customer in reversed(customers)]
    back = re.search(r'rel="prev" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert names_in(client.get("/people/" + back).text) == seen[50:100]


@pytest.mark.parametrize("place", ["x", "-1", "1e9", "9" * 30, "%00", "١"])
def test_a_place_that_is_none_begins_at_the_beginning(client, agent, place):
    make_customer(name="Ana")

    assert names_in(client.get("/people/", {"before": place}).text) == ["Ana"]


def test_common_words_find_the_same_as_rare_ones(client, agent, monkeypatch):
    make_customer(name="Elena Lindqvist", email="elena@fjordworks.example")
    make_customer(name="Elena Rossi", email="rossi@example.org")
    searches = ("elena", "elena example", "elena fjordworks", "rossi lindqvist", "example.org")
    rare = [names_in(client.get("/people/", {"q": words}).text) for words in searches]

    monkeypatch.setattr(models_of_customers, "RARE", 0)

    assert [names_in(client.get("/people/", {"q": words}).text) for words in searches] == rare
    assert rare[:3] == [
        ["Elena Rossi", "Elena Lindqvist"],
        ["Elena Rossi", "Elena Lindqvist"],
        ["Elena Lindqvist"],
    ]


def test_the_search_uses_the_trigram_indexes():
    """The few rows of a test are read faster without; so the planner is told not to."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_indexscan = off")
    with CaptureQueriesContext(connection) as asked:
        list(Customer.objects.matching("lindq"))

    with connection.cursor() as cursor:
        cursor.execute(f"explain {asked[0]['sql']}")
        plan = str(cursor.fetchall())
    assert "customer_name_trgm" in plan
    assert "identity_value_trgm" in plan


# ---- Reading and editing


def test_a_person_has_details_identities_and_tickets(client, agent):
    firm = Organization.objects.create(name="Fjordworks")
    customer = make_customer(email="elena@fjordworks.example", organization=firm)
    CustomerIdentity.objects.create(customer=customer, kind="phone", value="+4640123456")
    ticket = make_ticket(requester=customer, subject="Charged twice")

    page = client.get(f"/people/{customer.pk}/").text
    part = client.get(f"/people/{customer.pk}/tickets/", headers={"HX-Request": "true"}).text

    assert "+4640123456" in page
    assert "Fjordworks" in page
    assert f"/people/{customer.pk}/tickets/" in page
    assert "Charged twice" in part
    assert f"/t/{ticket.number}/" in part
    assert "<html" not in part


def test_a_persons_tickets_are_those_that_the_agent_sees():
    customer = make_customer()
    make_ticket(requester=customer, subject="Ours", team="Support")
    make_ticket(requester=customer, subject="Theirs", team="Legal")
    client = Client()
    client.force_login(make_agent(role="Team agent", team="Support"))

    page = client.get(f"/people/{customer.pk}/tickets/").text

    assert "Ours" in page
    assert "Theirs" not in page


def test_details_are_changed_and_it_is_noted_who_did(client, agent):
    customer = make_customer(name="Elena")
    values = {"name": "Elena Lindqvist\u202e", "organization": "Fjordworks", "language": "de", "is_vip": "on"}

    client.post(f"/people/{customer.pk}/details/", values)
    client.post(f"/people/{customer.pk}/details/", values | {"organization": "FJORDWORKS"})

    customer.refresh_from_db()
    assert (customer.name, customer.language, customer.is_vip) == ("Elena Lindqvist", "de", True)
    assert customer.organization == Organization.objects.get(name="Fjordworks")
    entry = AuditEntry.objects.get(action="customer.changed")
    assert (entry.actor_id, entry.changes["organization"]) == (agent.pk, [None, "Fjordworks"])


def test_what_is_not_right_is_said(client, agent):
    customer = make_customer()

    answer = client.post(f"/people/{customer.pk}/details/", {"name": "Elena", "language": "klingon"})

    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def test_notes_are_kept(client, agent):
    customer = make_customer()

    client.post(f"/people/{customer.pk}/notes/", {"notes": "Prefers short answers."})

    assert Customer.objects.get().notes == "Prefers short answers."
    assert "Prefers short answers." in client.get(f"/people/{customer.pk}/").text


def test_blocking_and_unblocking(client, agent):
    customer = make_customer()

    client.post(f"/people/{customer.pk}/block/")
    assert "does not become a ticket" in client.get(f"/people/{customer.pk}/").text
    client.post(f"/people/{customer.pk}/unblock/")

    assert Customer.objects.get().blocked_at is None
    assert AuditEntry.objects.filter(action="customer.changed", actor_id=agent.pk).count() == 2


def test_an_organization_lists_its_people(client, agent):
    firm = Organization.objects.create(name="Fjordworks")
    OrganizationDomain.objects.create(organization=firm, domain="fjordworks.example")
    make_customer(name="Elena", email="elena@fjordworks.example")
    make_customer(name="Somebody else")

    page = client.get(f"/orgs/{firm.pk}/").text
    client.post(f"/orgs/{firm.pk}/notes/", {"notes": "Pays late."})

    assert names_in(page) == ["Elena"]
    assert "fjordworks.example" in page
    assert "Pays late." in client.get(f"/orgs/{firm.pk}/").text


# ---- Who may


PAGES = ["/people/", "/people/{pk}/", "/people/{pk}/tickets/", "/orgs/{org}/"]
VERBS = [
    *("/people/{pk}/details/", "/people/{pk}/notes/", "/people/{pk}/block/", "/people/{pk}/unblock/"),
    *("/orgs/{org}/notes/", "/orgs/{org}/domains/"),
]


@pytest.mark.parametrize(
    ("permissions", "reads", "edits"),
    [
        ([], 403, 403),
        (["customers.read"], 200, 403),
        (["customers.edit"], 403, 302),
        (["customers.read", "customers.edit"], 200, 302),
    ],
)
def test_reading_and_editing_take_their_permissions(client, permissions, reads, edits):
    client.force_login(_agent_with(permissions))
    ids = {"pk": make_customer().pk, "org": Organization.objects.create(name="Fjordworks").pk}

    assert {client.get(path.format(**ids)).status_code for path in PAGES} == {reads}
    assert {client.post(path.format(**ids), {"name": "x"}).status_code for path in VERBS} == {edits}


def _agent_with(permissions: list[str]):
    agent = make_agent()
    agent.roles.set([make_role("Some", permissions)])
    return agent


@pytest.mark.parametrize("path", PAGES + VERBS)
def test_strangers_are_led_to_the_sign_in(client, path):
    address = path.format(pk=1, org=1)

    answer = client.get(address) if path in PAGES else client.post(address)

    assert answer["Location"].startswith("/login/?next=")


def test_who_was_anonymised_is_no_longer_there(client, agent):
    customer = make_customer(anonymised_at="2026-01-01T00:00Z")

    assert client.get(f"/people/{customer.pk}/").status_code == 404
    assert names_in(client.get("/people/").text) == []
