"""The demo desk: realistic, in many languages, in all states, and with nothing left to happen by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import TestCase, override_settings
from django.utils.timezone import now

from accounts.models import Agent, Brand, Customer, Role, Team
from channels_inbox import sending
from channels_inbox.models import InboundPayload, Inbox, MessageDelivery
from helpdesk.demo import company, loader
from helpdesk.demo.conversations import CONVERSATIONS
from helpdesk.demo.mailboxes import mails_of
from helpdesk.demo.past import Past
from helpdesk.demo.people import COLLEAGUES, CUSTOMERS
from helpdesk.demo.stage import Stage
from tickets import dispatch
from tickets.models import Category, Message, Ticket, TicketEvent

State = InboundPayload.State


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    """Costs some seconds, so it is made once and rolled back at the end; each test takes its own changes back."""
    home = tmp_path_factory.mktemp("demo")
    here = override_settings(DEMO=True, RUNTIME_DIR=home, MEDIA_ROOT=home / "media")
    with django_db_blocker.unblock(), here, transaction.atomic():
        at = now()
        with TestCase.captureOnCommitCallbacks(execute=True):
            loader.make(at)
        yield at
        transaction.set_rollback(True)


@pytest.fixture
def made_at(made, db):
    return made


# ---- What is there


def test_there_are_tickets_in_every_state(made_at):
    assert set(Ticket.objects.values_list("category", flat=True)) == set(Category.values)
    assert 100 <= Ticket.objects.count() <= 140
    assert Ticket.objects.active().unassigned().count() > 10
    assert Ticket.objects.exclude(needs_attention="").count() == 2


def test_there_is_every_kind_of_message(made_at):
    deliveries = set(Message.objects.values_list("delivery", flat=True))

    assert {"received", "sent", "failed", "in_doubt"} <= deliveries
    assert Message.objects.filter(visibility="internal").count() > 10
    assert Message.objects.filter(is_held=True).exists()
    assert Message.objects.filter(automatic=True, direction="in").exists()
    assert Message.objects.filter(automatic=True, direction="out").exists()
    assert Message.objects.filter(html__contains="<table").exists()
    assert Message.objects.filter(attachments__is_inline=True).exists()
    assert Message.objects.filter(attachments__content_type="application/pdf").exists()
    assert InboundPayload.objects.filter(state=State.QUARANTINED).count() == 2


def test_it_speaks_many_languages(made_at):
    spoken = set(Ticket.objects.values_list("language", flat=True))

    assert {
        "en",
        "de",
        "fr",
        "es",
        "sv",
        "ja",
        "ar",
        "he",
        "pt",
        "it",
        "nl",
        "pl",
        "uk",
        "zh",
        "ko",
        "el",
    } <= spoken


def test_one_conversation_is_long_and_one_subject_is_longer(made_at):
    lengths = [ticket.messages.count() for ticket in Ticket.objects.filter(tags__name="onboarding")]

    assert max(lengths) >= 20
    assert (
        max(
            len(word)
            for subject in Ticket.objects.values_list("subject", flat=True)
            for word in subject.split()
        )
        > 60
    )


def test_every_customer_and_colleague_has_a_part(made_at):
    written = set(Ticket.objects.values_list("requester__identities__value", flat=True))

    assert {person.email for person in CUSTOMERS} <= written
    assert Agent.objects.count() == len(COLLEAGUES)
    assert {role.name for role in Role.objects.filter(agents__isnull=False)} >= {"Admin", "Manager", "Agent"}
    assert set(Brand.objects.values_list("name", flat=True)) == {"Northwind", "Fjordlight"}


# ---- When it was


def test_nothing_happens_in_the_future(made_at):
    assert not Ticket.objects.filter(updated_at__gt=made_at).exists()
    assert not Message.objects.filter(created_at__gt=made_at).exists()
    assert not TicketEvent.objects.filter(created_at__gt=made_at).exists()


def test_the_last_hour_was_busy_and_the_first_week_is_long_ago(made_at):
    ages = [(made_at - moment).days for moment in Ticket.objects.values_list("created_at", flat=True)]

    assert min(ages) == 0
    assert max(ages) > 30


def test_every_history_runs_forward(made_at):
    for ticket in Ticket.objects.all():
        told = list(ticket.events.order_by("pk").values_list("created_at", flat=True))
        said = list(ticket.messages.order_by("pk").values_list("created_at", flat=True))
        assert told == sorted(told), ticket
        assert said == sorted(said), ticket
        assert ticket.created_at == told[0]


def test_numbers_rise_with_time(made_at):
    opened = Ticket.objects.exclude(payloads__state=State.QUARANTINED).order_by("number")
    moments = list(opened.values_list("created_at", flat=True))

    assert moments == sorted(moments)
    assert opened[0].number == company.FIRST_NUMBER


# ---- What is left to do


def test_a_worker_finds_nothing_to_do(made_at):
    assert not TicketEvent.objects.waiting().exists()
    assert dispatch.process_events() == 0
    assert sending.send_due() == 0
    assert not InboundPayload.objects.due().exists()
    assert not MessageDelivery.objects.filter(state__in=["queued", "retry", "sending"]).exists()


def test_customers_have_the_answers_in_their_mailboxes(made_at):
    subjects = [letter.subject for letter in mails_of("customer@demo.test")]

    assert "Re: How do I invite my colleague?" in subjects
    assert any(subject.startswith("We have received your request [#") for subject in subjects)


def test_answers_that_failed_did_not_arrive(made_at):
    failed = Message.objects.get(delivery="failed")

    assert failed.ticket.requester.email == "george@harborlane.test"
    assert "User unknown" in failed.delivery_note
    assert "Re: Bulb flickers" not in [letter.subject for letter in mails_of("george@harborlane.test")]


# ---- The same every time


def test_a_conversation_is_the_same_every_time(made_at, company_now):
    told = []
    for _time in range(2):
        with transaction.atomic():
            # As if it had not been told before.
            Ticket.objects.filter(subject__contains="Charged twice").delete()
            InboundPayload.objects.filter(subject__contains="Charged twice").delete()
            stage = Stage(company_now, Past(began=made_at), now=made_at - timedelta(seconds=1))
            ticket = stage.play(CONVERSATIONS[0], CONVERSATIONS[0].cases[0], 7)
            said = ticket.messages.exclude(automatic=True).order_by("pk")
            told.append(list(said.values_list("text", "created_at", "delivery", "author_name")))
            transaction.set_rollback(True)

    assert told[0] == told[1]
    assert len(told[0]) == 4


@pytest.fixture
def company_now(db):
    """The company of the demo desk, as it stands."""
    return company.Company(
        agents={each.key: Agent.objects.get(email=each.email) for each in COLLEAGUES},
        customers={each.key: Customer.objects.get(identities__value=each.email) for each in CUSTOMERS},
        teams={team.name: team for team in Team.objects.all()},
        brands={brand.name: brand for brand in Brand.objects.all()},
        mailboxes={"Northwind": Inbox.objects.get(address="support@demo.test")},
    )


# ---- Who gets in


@pytest.mark.parametrize("name", ["admin", "manager", "agent"])
def test_everybody_signs_in_with_the_known_password(made_at, client, settings, name):
    answer = client.post("/login/", {"email": f"{name}@demo.test", "password": "demo"})

    assert answer.status_code == 302
    settings.DEMO = False
    client.logout()
    assert client.post("/login/", {"email": f"{name}@demo.test", "password": "demo"}).status_code == 422


def test_the_customer_signs_in_with_it_too(made_at, client, settings):
    answer = client.post("/login/", {"email": "customer@demo.test", "password": "demo"}, follow=True)

    assert answer.request["PATH_INFO"] == "/requests/"
    assert "How do I invite my colleague?" in answer.text
    client.cookies.clear()
    settings.DEMO = False
    assert client.post("/login/", {"email": "customer@demo.test", "password": "demo"}).status_code == 422


def test_other_customers_have_no_password(made_at, client):
    assert client.post("/login/", {"email": "elena@fjordworks.test", "password": "demo"}).status_code == 422


# ---- The command


def test_it_is_made_once(made_at, capsys):
    call_command("demo")

    assert "stands already" in capsys.readouterr().out
