"""An agent's own page, and the desk as they like it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone, translation

from foundation.models import AuditEntry
from tests.make import make_agent

pytestmark = pytest.mark.django_db


def test_name_alias_and_signature_are_saved_and_noted(client):
    agent = make_agent(name="Priya Shah")
    client.force_login(agent)

    client.post("/me/profile/", {"name": "Priya S. Shah", "alias": "Pat", "signature": "Kind regards,\nPat"})

    agent.refresh_from_db()
    assert (agent.name, agent.public_name, agent.signature) == ("Priya S. Shah", "Pat", "Kind regards,\nPat")
    assert set(AuditEntry.objects.get(action="agent.changed").changes) == {"name", "alias", "signature"}


def test_an_agent_chooses_what_is_mailed_to_them(client):
    agent = make_agent()
    client.force_login(agent)

    client.post("/me/mail/", {"mail_when_answered": "on"})

    agent.refresh_from_db()
    assert (agent.mail_when_assigned, agent.mail_when_answered) == (False, True)
    assert "Mail me when" in client.get("/me/").content.decode()


def test_language_zone_theme_and_keys_are_nobody_elses_business(client):
    agent = make_agent()
    client.force_login(agent)

    client.post("/me/display/", {"language": "de", "time_zone": "Asia/Tokyo", "theme": "dark"})

    agent.refresh_from_db()
    assert (agent.language, agent.time_zone, agent.theme, agent.shortcuts_on) == (
        "de",
        "Asia/Tokyo",
        "dark",
        False,
    )
    assert not AuditEntry.objects.filter(action="agent.changed").exists()


def test_the_desk_speaks_the_agents_language_and_wears_their_theme(client):
    client.force_login(make_agent(language="de", theme="dark"))

    answer = client.get("/me/")

    assert answer["Content-Language"] == "de"
    assert '<html lang="de" dir="ltr" data-theme="dark"' in answer.text


def test_preferences_do_not_outlive_the_request(client):
    client.force_login(make_agent(language="de", time_zone="Asia/Tokyo"))

    with translation.override("en"), timezone.override("UTC"):
        client.get("/me/")

        assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(
    ("language", "zone"), [("tlh", "Mars/Olympus"), ("", ""), ("../de", "../../etc/passwd")]
)
def test_a_language_or_zone_that_is_gone_does_not_lock_the_desk(client, language, zone):
    client.force_login(make_agent(language=language, time_zone=zone))

    assert client.get("/me/").status_code == 200


def test_preferences_cost_no_query_of_their_own(client, django_assert_num_queries):
    client.get("/login/")  # the desk's own settings are kept from here on

    with django_assert_num_queries(0):
        client.get("/login/")


def test_a_choice_made_by_a_key_or_in_a_menu_is_kept(client):
    agent = make_agent()
    client.force_login(agent)

    assert client.post("/me/preferences/", {"theme": "dark"}).status_code == 204
    assert client.post("/me/preferences/", {"shortcuts_on": "false"}).status_code == 204
    assert client.post("/me/preferences/", {"theme": "<script>"}).status_code == 400

    agent.refresh_from_db()
    assert (agent.theme, agent.shortcuts_on) == ("dark", False)


@pytest.mark.parametrize(
    ("path", "values", "sentence"),
    [
        ("/me/profile/", {"name": ""}, "This field is required."),
        (
            "/me/display/",
            {"language": "en", "time_zone": "Mars/Olympus", "theme": "dark"},
            "Select a valid choice.",
        ),
        ("/me/password/", {"password": "x", "new_password": "short", "repeated": "short"}, "too short"),
        (
            "/me/password/",
            {"password": "x", "new_password": "a" * 1025, "repeated": "a" * 1025},
            "at most 1024",
        ),
        (
            "/me/password/",
            {"password": "x", "new_password": "four random words", "repeated": "other"},
            "not the same",
        ),
    ],
)
def test_what_is_not_right_is_said(client, path, values, sentence):
    client.force_login(make_agent())

    answer = client.post(path, values)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert "<title>Error:" in answer.text


@pytest.mark.parametrize("path", ["/me/profile/", "/me/display/", "/me/password/", "/me/preferences/"])
def test_nothing_is_changed_by_looking_or_from_another_site(path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_agent())

    assert client.get(path).status_code == 405
    assert client.post(path, {"theme": "dark"}).status_code == 403
