"""The settings pages: found by search, shown to those who may, and every change noted."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.permissions import STOCK_ROLES, Permission
from foundation import desk, settings_index
from foundation.models import AuditEntry
from tests.make import make_agent

pytestmark = pytest.mark.django_db
DESK = {
    "name": "Northwind Support",
    "language": "en",
    "time_zone": "Europe/Stockholm",
    "theme": "dark",
    "undo_send_seconds": "20",
    "max_file_bytes": "10",
    "max_message_bytes": "30",
    "max_files": "5",
}


@pytest.fixture
def admin(client):
    agent = make_agent(role="Admin", name="Ada Nyberg")
    client.force_login(agent)
    return agent


def search(client, question):
    page = client.get(reverse("settings:home"), {"q": question})
    return [str(found.title) for found in page.context["pages"]]


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("signature", "Channels"),
        ("SMTP pass", "Channels"),
        ("undo", "Desk"),
        ("time zone", "Desk"),
        ("raw", "Quarantine"),
        ("bounce", "Failures"),
        ("audit", "Who changed what"),
    ],
)
def test_settings_are_found_by_what_people_call_them(client, admin, question, title):
    assert title in search(client, question)


def test_a_search_without_an_answer_says_so(client, admin):
    assert "No setting is about “pigeons”" in client.get(reverse("settings:home"), {"q": "pigeons"}).text


def test_the_column_holds_what_one_may_open(client):
    client.force_login(make_agent(role="Manager"))

    page = client.get(reverse("settings:home"))

    assert {str(found.title) for found in page.context["pages"]} == {"Quarantine", "Failures"}
    assert reverse("settings:desk") not in page.text


@pytest.mark.parametrize("role", STOCK_ROLES)
def test_each_page_lets_in_those_who_may(client, role):
    client.force_login(make_agent(role=role))

    for page in settings_index.PAGES:
        may = Permission(page.permission) in STOCK_ROLES[role]
        assert (client.get(page.url).status_code == 403) is not may, page.url


def test_who_has_nothing_to_set_is_told(client):
    client.force_login(make_agent(role="Agent"))

    assert client.get(reverse("settings:home")).status_code == 403


# ---- The desk


def test_the_desk_is_changed_and_that_is_noted(client, admin):
    answer = client.post(reverse("settings:desk"), DESK)

    assert answer.status_code == 302
    assert desk.settings().undo_send_seconds == 20
    assert desk.settings().max_file_bytes == 10 * 2**20
    changes = AuditEntry.objects.get(action="desk.changed").changes
    assert changes["name"] == ["Help desk", "Northwind Support"]
    assert changes["undo_send_seconds"] == [10, 20]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"undo_send_seconds": "61"}, "less than or equal to 60"),
        ({"time_zone": "Atlantis/Center"}, "Select a valid choice"),
        ({"name": "\u202e"}, "Give it a name"),
        ({"max_message_bytes": "5"}, "At least as much as the largest file."),
    ],
)
def test_what_the_desk_cannot_have_is_refused_at_its_field(client, admin, changed, words):
    answer = client.post(reverse("settings:desk"), DESK | changed)

    assert answer.status_code == 422
    assert words in answer.text
    assert desk.settings().name == "Help desk"


# ---- Who changed what


def test_the_trail_shows_before_and_after(client, admin):
    client.post(reverse("settings:desk"), DESK)

    page = client.get(reverse("settings:audit"))

    assert "desk.changed" in page.text
    assert "<del>Help desk</del>" in page.text
    assert "<ins>Northwind Support</ins>" in page.text


def test_the_trail_can_be_narrowed_to_one_person(client, admin):
    client.post(reverse("settings:desk"), DESK)

    mine = client.get(reverse("settings:audit"), {"by": admin.pk})
    nobodys = client.get(reverse("settings:audit"), {"by": "0"})

    assert mine.context["page"].rows
    assert not nobodys.context["page"].rows


@pytest.mark.parametrize("query", [{"by": "x"}, {"about": "nothing"}, {"about": ":"}, {"before": "x"}])
def test_strange_questions_do_no_harm(client, admin, query):
    assert client.get(reverse("settings:audit"), query).status_code == 200
