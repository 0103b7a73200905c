"""Agents sign in by password: nobody learns who has an account, and nobody guesses for long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import agent_sessions, sign_in
from accounts.models import Agent
from accounts.sign_in import TRIES, TooManyTries, WrongPassword
from foundation.models import AuditEntry
from tests.make import PASSWORD, make_agent
from tests.pages import without_tokens

pytestmark = pytest.mark.django_db

LOGIN = "/login/"


def attempt(client: Client, email: str, password: str = "a wrong password", **more: str):
    return client.post(LOGIN, {"email": email, "password": password, **more})


def test_an_agent_signs_in_and_lands_where_they_wanted(client):
    make_agent(email="mika@desk.test")

    answer = attempt(client, "Mika@Desk.test ", PASSWORD, next="/people/?q=lind")

    assert (answer.status_code, answer["Location"]) == (302, "/people/?q=lind")
    assert AuditEntry.objects.get(action="agent.signed_in").ip == "127.0.0.1"


def test_security71_unknown_wrong_and_deactivated_are_told_the_same(client):
    make_agent(email="known@desk.test")
    make_agent(email="gone@desk.test", is_active=False)

    bodies = {
        email: _without_what_was_typed(attempt(client, email, password), email)
        for email, password in (
            ("known@desk.test", "a wrong password"),
            ("unknown@desk.test", "a wrong password"),
            ("gone@desk.test", PASSWORD),
        )
    }

    assert len(set(bodies.values())) == 1


def test_security71_whoever_is_asked_for_one_password_is_hashed(monkeypatch):
    make_agent(email="known@desk.test")
    make_agent(email="gone@desk.test", is_active=False)
    make_agent(email="link.only@desk.test", password=None)
    hasher, hashed = type(hashers.get_hasher()), []
    encode = hasher.encode
    monkeypatch.setattr(
        hasher, "encode", lambda self, *args, **kw: hashed.append(1) or encode(self, *args, **kw)
    )

    work = {}
    for email in ("known@desk.test", "unknown@desk.test", "gone@desk.test", "link.only@desk.test"):
        hashed.clear()
        with pytest.raises(WrongPassword):
            sign_in.attempt(None, email, "a wrong password")
        work[email] = len(hashed)

    assert set(work.values()) == {1}


def test_security72_ten_wrong_passwords_close_an_account_known_or_not_for_everybody(client):
    make_agent(email="known@desk.test")
    for email in ("known@desk.test", "unknown@desk.test"):
        for n in range(TRIES):
            attempt(_from(f"10.0.{n}.1"), email)

    locked = [
        _without_what_was_typed(attempt(_from("10.9.9.9"), email, PASSWORD), email)
        for email in ("known@desk.test", "unknown@desk.test")
    ]

    assert locked[0] == locked[1]
    assert "Too many wrong passwords" in locked[0]
    assert "have a link mailed to you" in locked[0]


def test_security72_ten_wrong_passwords_close_a_network_for_all_accounts(client):
    make_agent(email="innocent@desk.test")
    for n in range(TRIES):
        attempt(_from("10.1.1.1"), f"guess{n}@desk.test")

    assert "Too many" in attempt(_from("10.1.1.1"), "innocent@desk.test", PASSWORD).text
    assert attempt(_from("10.2.2.2"), "innocent@desk.test", PASSWORD).status_code == 302


def test_right_passwords_do_not_use_up_the_tries_of_an_office():
    make_agent(email="mika@desk.test")

    for _time in range(TRIES + 5):
        assert attempt(_from("10.3.3.3"), "mika@desk.test", PASSWORD).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_security72_parallel_guesses_cannot_exceed_the_limit(monkeypatch):
    make_agent(email="known@desk.test")
    checked = []
    is_right = sign_in._is_right
    monkeypatch.setattr(sign_in, "_is_right", lambda *args: checked.append(1) or is_right(*args))

    def guess(n: int) -> str:
        try:
            sign_in.attempt(None, "known@desk.test", f"guess number {n}")
        except (WrongPassword, TooManyTries) as refused:
            return type(refused).__name__
        finally:
            connection.close()
        return "in"

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(50)))

    assert len(checked) == answers.count("WrongPassword") == TRIES
    assert answers.count("TooManyTries") == 50 - TRIES


def test_security73_a_password_of_ten_thousand_characters_is_not_even_hashed(client, monkeypatch):
    make_agent(email="known@desk.test")
    monkeypatch.setattr(sign_in, "_is_right", lambda *_args: pytest.fail("It was hashed."))

    answer = attempt(client, "known@desk.test", "x" * 10_000)

    assert answer.status_code == 422
    assert "not right" in answer.text


def test_signing_in_gives_the_session_another_key(client):
    make_agent(email="mika@desk.test")
    session = client.session
    session["before"] = "planted"
    session.save()
    planted = session.session_key

    attempt(client, "mika@desk.test", PASSWORD)

    assert client.session.session_key != planted
    assert not client.session.exists(planted)


def test_a_deactivated_agent_is_out_at_their_next_click(client):
    agent = make_agent()
    client.force_login(agent)
    assert client.get(reverse("accounts:me")).status_code == 200

    Agent.objects.filter(pk=agent.pk).update(is_active=False)

    assert client.get(reverse("accounts:me")).status_code == 302


def test_another_password_ends_every_other_session(client):
    agent = make_agent()
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.force_login(agent)
    before = here.session.session_key

    answer = here.post(
        "/me/password/",
        {
            "password": PASSWORD,
            "new_password": "four quite random words",
            "repeated": "four quite random words",
        },
    )

    assert answer.status_code == 302
    assert here.get("/me/").status_code == 200
    assert here.session.session_key != before
    assert elsewhere.get("/me/").status_code == 302


def test_the_password_is_changed_only_by_who_knows_the_old_one(client):
    agent = make_agent()
    client.force_login(agent)

    answer = client.post(
        "/me/password/",
        {
            "password": "a guess",
            "new_password": "four quite random words",
            "repeated": "four quite random words",
        },
    )

    agent.refresh_from_db()
    assert answer.status_code == 422
    assert agent.check_password(PASSWORD)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example/",
        "\t//evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "@evil.example",
        "/%0d%0aLocation: https://evil.example/".replace("%0d%0a", "\r\n"),
        "///evil.example",
    ],
)
def test_signing_in_never_leads_away_from_the_desk(client, elsewhere):
    make_agent(email="mika@desk.test")

    answer = attempt(client, "mika@desk.test", PASSWORD, next=elsewhere)

    assert answer["Location"] == "/"
    assert elsewhere not in client.get(LOGIN, {"next": elsewhere}, follow=True).redirect_chain


def test_signing_out_takes_a_post(client):
    client.force_login(make_agent())

    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == LOGIN
    assert client.get("/me/").status_code == 302


def test_a_fragment_asked_for_after_the_session_ended_says_so(client):
    answer = client.get(LOGIN, headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert "<form" not in answer.text


# ---- How long it lasts


@pytest.mark.parametrize(
    ("signed_in", "seen", "stays"),
    [
        (timedelta(days=29), timedelta(hours=7), True),
        (timedelta(days=29), timedelta(hours=8, minutes=1), False),
        (timedelta(days=30, minutes=1), timedelta(minutes=1), False),
    ],
)
def test_an_agent_stays_until_they_were_away_for_a_day_or_a_month_is_over(client, signed_in, seen, stays):
    client.force_login(make_agent())
    session = client.session
    session[agent_sessions.SINCE] -= signed_in.total_seconds()
    session[agent_sessions.SEEN] -= seen.total_seconds()
    session.save()

    # Nor does a header that programs send keep a session alive.
    answer = client.get("/me/", headers={"Authorization": "Bearer nothing"})

    assert (answer.status_code == 200) is stays
    assert ("_auth_user_id" in client.session) is stays


def test_who_is_there_is_written_down_now_and_then(client):
    client.force_login(make_agent())
    first = client.session[agent_sessions.SEEN]
    client.get("/me/")
    assert client.session[agent_sessions.SEEN] == first

    session = client.session
    session[agent_sessions.SEEN] -= agent_sessions.SEEN_EVERY + 1
    session.save()
    client.get("/me/")

    assert client.session[agent_sessions.SEEN] >= first


def _from(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


def _without_what_was_typed(answer, email: str) -> str:
    return without_tokens(answer).replace(email, "ADDRESS")
