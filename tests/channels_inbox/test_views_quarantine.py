"""Held messages: looked at without danger, and decided about, one by one or together."""

from __future__ import annotations

import pytest
from django.urls import reverse

from channels_inbox import intake
from channels_inbox.models import InboundPayload
from foundation.models import AuditEntry
from tests.channels_inbox.mails import accept, make_mail, receive
from tests.make import make_agent, make_customer, make_inbox
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HOSTILE = b"\r\n".join(
    [
        b"X-Canary: <script>alert(1)</script>",
        b"Subject: Who am I?",
        b"",
        b"<img src=x onerror=alert(2)> \xe2\x80\xaecba",
    ]
)


@pytest.fixture
def manager(client):
    agent = make_agent(role="Manager", name="Mika Korhonen")
    client.force_login(agent)
    return agent


@pytest.fixture
def held():
    """A mail without a sender, in quarantine."""
    receive(make_inbox(), HOSTILE)
    return InboundPayload.objects.get()


def decide(client, *payloads, do, **more):
    values = {"pk": [payload.pk for payload in payloads], "do": do, **more}
    return client.post(reverse("channels_inbox:decide"), values, follow=True)


def test_the_list_says_what_was_held_and_why(client, manager, held):
    page = client.get(reverse("channels_inbox:quarantine"))

    assert "Who am I?" in page.text
    assert "The mail does not say who sent it." in page.text


def test_the_column_of_settings_says_how_many_wait(client, manager, held):
    page = client.get(reverse("channels_inbox:quarantine"))

    assert '<span class="count-badge">1</span>' in page.text
    assert "count-badge" not in decide(client, held, do="discard", reason="Noise").text


def test_the_preview_is_text_that_does_nothing(client, manager, held):
    page = client.get(reverse("channels_inbox:held", args=[held.pk]))

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "&lt;img src=x onerror=alert(2)&gt;" in page.text
    assert "\u202e" not in page.text
    assert f"Ticket #{held.ticket.number} stands in for it" in page.text


def test_the_raw_mail_is_a_download_and_noted(client, manager, held):
    answer = client.get(reverse("channels_inbox:held_raw", args=[held.pk]))

    assert answer.content == HOSTILE
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AuditEntry.objects.get(action="payload.downloaded").actor_label == "Mika Korhonen"


def test_what_became_a_message_is_not_to_be_had_here(client, manager):
    receive(make_inbox(), make_mail())
    payload = InboundPayload.objects.get()

    assert client.get(reverse("channels_inbox:held", args=[payload.pk])).status_code == 404
    assert client.get(reverse("channels_inbox:held_raw", args=[payload.pk])).status_code == 404


def test_a_file_that_is_gone_is_said(client, manager, held):
    InboundPayload.objects.update(raw=None, raw_file="aa/gone")

    assert "missing from the desk" in client.get(reverse("channels_inbox:held", args=[held.pk])).text
    assert client.get(reverse("channels_inbox:held_raw", args=[held.pk])).status_code == 409
    assert "missing from the desk" in decide(client, held, do="ticket").text


# ---- Decisions


def test_read_again_puts_it_back_to_where_mail_is_read(client, manager, held):
    decide(client, held, do="read")

    held.refresh_from_db()
    assert held.state == InboundPayload.State.RECEIVED
    intake.process_due()
    held.refresh_from_db()
    assert held.state == InboundPayload.State.QUARANTINED


def test_work_on_it_as_a_ticket(client, manager, held):
    decide(client, held, do="ticket")

    held.refresh_from_db()
    assert held.state == InboundPayload.State.DONE
    assert Ticket.objects.get().is_unsolved


def test_discard_wants_a_reason(client, manager, held):
    page = decide(client, held, do="discard", reason="  ")

    held.refresh_from_db()
    assert held.state == InboundPayload.State.QUARANTINED
    assert "Say why" in page.text


def test_discard_keeps_the_mail_and_the_reason(client, manager, held):
    decide(client, held, do="discard", reason="An advertisement")

    held.refresh_from_db()
    assert held.state == InboundPayload.State.IGNORED
    assert held.read_raw() == HOSTILE
    assert "An advertisement" in client.get(reverse("channels_inbox:quarantine") + "?show=ignored").text


def test_mail_of_a_blocked_sender_can_be_let_in(client, manager):
    make_customer(email="elena@example.org", blocked_at="2026-11-01T10:00:00Z")
    receive(make_inbox(), make_mail())
    payload = InboundPayload.objects.get()
    assert payload.state == InboundPayload.State.IGNORED

    decide(client, payload, do="let_in")
    intake.process_due()

    payload.refresh_from_db()
    assert payload.state == InboundPayload.State.DONE
    assert Ticket.objects.count() == 1


def test_several_at_once(client, manager, held):
    receive(held.inbox, HOSTILE.replace(b"Who am I", b"And who am I"))

    page = decide(client, *InboundPayload.objects.all(), do="discard", reason="Noise")

    assert "Done with 2 messages." in page.text
    assert not InboundPayload.objects.held().exists()


def test_who_came_second_is_told(client, manager, held):
    InboundPayload.objects.update(state=InboundPayload.State.DONE)

    page = decide(client, held, do="discard", reason="Noise")

    assert "no longer held" in page.text


@pytest.mark.parametrize("values", [{}, {"do": "read"}, {"do": "burn", "pk": "1"}, {"do": "read", "pk": "x"}])
def test_nothing_chosen_does_nothing(client, manager, held, values):
    page = client.post(reverse("channels_inbox:decide"), values, follow=True)

    assert "Choose at least one message" in page.text
    held.refresh_from_db()
    assert held.state == InboundPayload.State.QUARANTINED


def test_the_list_costs_the_same_for_one_and_for_many(client, manager, held, django_assert_max_num_queries):
    address = reverse("channels_inbox:quarantine")
    client.get(address)
    for number in range(20):
        payload = accept(held.inbox, make_mail(f"{number}"))
        InboundPayload.objects.filter(pk=payload.pk).update(state="quarantined")

    with django_assert_max_num_queries(12):
        client.get(address)
