"""How an inbox is doing, in words, and when admins are called."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from channels_inbox import vitals
from channels_inbox.models import InboundPayload, Inbox, MessageDelivery
from foundation import alarms
from tests.channels_inbox.mails import accept, make_mail
from tests.make import make_agent, make_inbox, make_ticket

pytestmark = pytest.mark.django_db
FETCHING = {"imap_host": "imap.example.com"}
A_WHILE, TOO_LONG = timedelta(minutes=14), timedelta(minutes=16)


def vitals_of(**fields):
    """Of an inbox that was looked into a moment ago, but for what the test says."""
    fields = {"settings": FETCHING, "last_checked_at": now(), **fields}
    inbox = make_inbox(**fields)
    return vitals.vitals_of([inbox], at=now())[0]


def test_an_inbox_that_works():
    assert (vitals_of().tone, vitals_of(address="b@desk.test").words) == ("ok", "Works")


def test_an_inbox_that_fails_says_since_when_and_why():
    shown = vitals_of(failing_since=now() - TOO_LONG, last_error="The server refused the password.")

    assert shown.tone == "bad"
    assert "16\xa0minutes" in shown.words
    assert shown.more == "The server refused the password."


def test_a_short_trouble_is_a_warning():
    assert vitals_of(failing_since=now() - A_WHILE).tone == "warn"


def test_an_inbox_nobody_looks_into_is_as_bad_as_one_that_fails():
    shown = vitals_of(last_checked_at=now() - TOO_LONG)

    assert (shown.tone, shown.more) == ("bad", "The part of the desk that fetches mail does not run.")


def test_an_inbox_that_is_switched_off_calls_nobody():
    shown = vitals_of(is_active=False, failing_since=now() - TOO_LONG)

    assert (shown.tone, shown.words) == ("idle", "Switched off")


def test_sending_that_pauses_is_said():
    assert "Sending pauses until" in vitals_of(send_resumes_at=now() + A_WHILE).words


def test_an_inbox_that_collects_nothing_is_never_stalled():
    assert vitals_of(settings={}, last_checked_at=None).tone == "ok"


def test_what_waits_and_what_is_held_is_counted():
    inbox, ticket = make_inbox(), make_ticket()
    for number, state in enumerate(["queued", "retry", "failed", "in_doubt", "sent"]):
        MessageDelivery.objects.create(
            kind="reply",
            inbox=inbox,
            ticket=ticket,
            state=state,
            idempotency_key=str(number),
            rfc_message_id=str(number),
            sender=inbox.address,
        )
    payload = accept(inbox, make_mail())
    InboundPayload.objects.filter(pk=payload.pk).update(state="quarantined")

    shown = vitals.vitals_of([inbox], at=now())[0]

    assert (shown.waiting, shown.undelivered, shown.held) == (2, 2, 1)


def test_the_questions_do_not_grow_with_the_inboxes(django_assert_num_queries):
    for number in range(5):
        make_inbox(address=f"{number}@desk.test")

    with django_assert_num_queries(6):
        vitals.vitals_of(Inbox.objects.select_related("brand", "team"), at=now())


# ---- The banner


def page_of(client, role):
    client.force_login(make_agent(role=role))
    return client.get("/people/")


def test_admins_see_a_banner_when_an_inbox_stands_still(client):
    make_inbox(name="Support", settings=FETCHING, last_checked_at=now(), failing_since=now() - TOO_LONG)

    assert "Support: Does not work since" in page_of(client, "Admin").text


def test_a_stalled_fetcher_is_seen_as_well(client):
    make_inbox(name="Support", settings=FETCHING, last_checked_at=now() - TOO_LONG)

    assert "Support: Not looked into since" in page_of(client, "Admin").text


@pytest.mark.parametrize("role", ["Agent", "Light agent", "Observer"])
def test_others_are_not_bothered(client, role):
    make_inbox(settings=FETCHING, failing_since=now() - TOO_LONG)

    assert "Does not work" not in page_of(client, role).text


def test_a_quarter_of_an_hour_is_waited(client):
    make_inbox(settings=FETCHING, last_checked_at=now(), failing_since=now() - A_WHILE)

    assert "Does not work" not in page_of(client, "Admin").text


def test_the_banner_costs_a_page_nothing_while_it_is_kept(client, django_assert_num_queries):
    page_of(client, "Admin")
    may = make_agent(role="Admin").can
    may("inboxes.manage")

    with django_assert_num_queries(0):
        alarms.alarms_for(may, "en")


def test_what_was_mended_is_no_longer_shown(client):
    make_inbox(settings=FETCHING, last_checked_at=now(), failing_since=now() - TOO_LONG)
    assert "Does not work" in page_of(client, "Admin").text

    Inbox.objects.update(failing_since=None)
    alarms.forget()

    assert "Does not work" not in page_of(client, "Admin").text
