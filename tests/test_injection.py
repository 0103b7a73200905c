"""What somebody writes into an address never becomes SQL, nor code, nor a page that breaks."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import api_tokens
from accounts.api.scopes import Scope
from tests.make import make_agent, make_customer, make_ticket
from tests.tickets.portal import customer_client
from tickets.services import workflow

pytestmark = pytest.mark.django_db

MARK = "pg_sleep"
CORPUS = [
    "' OR '1'='1",
    "'; SELECT pg_sleep(9); --",
    "1) UNION SELECT pg_sleep(9), password FROM accounts_agent --",
    "-id); SELECT pg_sleep(9)--",
    "id,(select case when (1=1) then pg_sleep(9) end)",
    "%' AND 1=(select pg_sleep(9)) AND '%'='",
    "\\'; select pg_sleep(9); --",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "password__startswith",
    "\x00",
    "\udcff",
    "9" * 400,
    "NaN",
    "٣",
    '{"$gt": ""}',
    "A" * 10_000,
]
# Each list of the desk, and every word in its address that it reads.
AGENT_LISTS = {
    "/inbox/all/": (
        "before",
        "after",
        "status",
        "priority",
        "team",
        "assignee",
        "tag",
        "channel",
        "order",
        "sort",
        "q",
    ),
    "/inbox/all/rows/": ("ids", "before", "after", "status", "tag", "assignee"),
    "/inbox/all/filters/": ("status", "tag", "assignee", "team"),
    "/inbox/all/views/": ("view", "before", "tag"),
    "/live/since/": ("cursor", "list", "ticket"),
    "/people/": ("q", "before", "after", "order"),
    "/settings/": ("q",),
    "/settings/audit/": ("about", "by", "before", "after"),
    "/settings/quarantine/": ("show", "before", "after", "q"),
    "/settings/failures/": ("show", "cause", "before", "after"),
}
TICKET_PARTS = ("", "timeline/", "head/", "details/")
API_LISTS = {
    "/api/v1/tickets/": (
        *("status", "category", "channel", "assignee", "team", "requester", "updated_since"),
        *("cursor", "page_size", "ordering", "order_by", "search"),
    ),
    "/api/v1/customers/": ("email", "q", "search", "cursor", "page_size", "ordering"),
}


def asked(client: Client, address: str, name: str, **headers: str) -> list[str]:
    """What went wrong with this word in this place of the address."""
    wrong = []
    for words in CORPUS:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address, {name: words.encode("utf-8", "surrogateescape")}, headers=headers)
        if answer.status_code not in (200, 204, 302, 400, 404, 410):
            wrong.append(f"{address}?{name}={words[:30]!r}: {answer.status_code}")
        # A parameter is quoted by the driver; a function call outside of quotes would be ours to answer for.
        wrong += [
            f"{address}?{name}: {query['sql'][:200]}"
            for query in queries.captured_queries
            if MARK in _outside_of_quotes(query["sql"] or "")
        ]
    return wrong


def _outside_of_quotes(sql: str) -> str:
    outside, within = [], False
    for character in sql.replace("''", ""):
        if character == "'":
            within = not within
        elif not within:
            outside.append(character)
    return "".join(outside)


@pytest.fixture
def admin():
    client = Client()
    client.force_login(make_agent(role="Admin"))
    return client


@pytest.fixture(autouse=True)
def something_to_find():
    ticket = make_ticket(subject="Charged twice")
    workflow.tag(ticket=ticket, add=["billing"], actor=make_agent())
    return ticket


@pytest.mark.parametrize("address", AGENT_LISTS)
def test_security77_no_word_in_the_address_of_a_list_becomes_sql(admin, address):
    assert [fault for name in AGENT_LISTS[address] for fault in asked(admin, address, name)] == []


@pytest.mark.parametrize("part", TICKET_PARTS)
def test_security77_nor_in_that_of_a_ticket(admin, something_to_find, part):
    address = f"/t/{something_to_find.number}/{part}"

    assert [
        fault for name in ("open", "seen", "view", "all", "merged") for fault in asked(admin, address, name)
    ] == []


@pytest.mark.parametrize("address", ["/requests/", "/help/", "/requests/new/", "/requests/sent/", "/login/"])
def test_security77_nor_on_a_customers_page(something_to_find, address):
    client = customer_client(something_to_find.requester)

    assert [
        fault
        for name in ("show", "before", "after", "form", "r", "next")
        for fault in asked(client, address, name)
    ] == []


@pytest.mark.parametrize("address", API_LISTS)
def test_security77_nor_over_the_api(client, address):
    _token, plain = api_tokens.issue(agent=make_agent(), name="test", scopes=Scope.values)
    headers = {"Authorization": f"Bearer {plain}"}

    assert [fault for name in API_LISTS[address] for fault in asked(client, address, name, **headers)] == []


@pytest.mark.parametrize("words", ["' OR '1'='1", "%", "_", "%' OR 'a'='a", "\\"])
def test_security77_a_search_finds_no_more_than_its_words(admin, words):
    make_customer(name="Elena Lindqvist")

    assert "Elena Lindqvist" not in admin.get("/people/", {"q": words}).text


def test_security77_the_test_itself_would_see_it():
    assert MARK in _outside_of_quotes("select * from x where a = '''' or pg_sleep(9)")
    assert MARK not in _outside_of_quotes("select * from x where a = 'it''s pg_sleep(9)'")
