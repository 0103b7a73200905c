"""The page of an inbox's provider: set up, look, renew; for admins only."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.timezone import now

from channels_inbox import health, vitals
from channels_inbox.models import ProviderHook
from foundation.models import AuditEntry
from tests.make import make_agent, make_inbox

pytestmark = pytest.mark.django_db
PASSWORD = "aVeryLongPassword-123456"


@pytest.fixture
def inbox():
    return make_inbox()


@pytest.fixture
def page(client, inbox):
    client.force_login(make_agent(role="Admin"))
    return f"/settings/channels/{inbox.pk}/provider/"


def test_a_provider_is_set_up_and_its_address_shown(client, page, inbox, settings):
    settings.SITE_URL = "https://desk.test"

    assert client.post(page, {"provider": "postmark", "password": PASSWORD}).status_code == 302

    hook = ProviderHook.objects.get()
    assert (hook.provider, hook.credentials) == ("postmark", {"password": PASSWORD})
    shown = client.get(page).content.decode()
    assert f"https://desk:PASSWORD@desk.test/hooks/{inbox.token}/" in shown
    assert f"https://desk.test/hooks/{inbox.token}/mime" in shown
    assert PASSWORD not in shown


def test_the_audit_trail_says_who_and_no_secret(client, page):
    client.post(page, {"provider": "mailgun", "signing_key": PASSWORD})

    entry = AuditEntry.objects.get(action="inbox.changed")
    assert entry.changes["provider"] == ["", "mailgun"]
    assert PASSWORD not in str(entry.changes)


def test_an_empty_secret_keeps_what_is_stored(client, page):
    client.post(page, {"provider": "postmark", "password": PASSWORD})
    client.post(page, {"provider": "postmark", "password": ""})

    assert ProviderHook.objects.get().credentials["password"] == PASSWORD


def test_a_secret_is_not_handed_on_to_another_provider(client, page):
    client.post(page, {"provider": "postmark", "password": PASSWORD})

    assert client.post(page, {"provider": "mailjet", "password": ""}).status_code == 422


def test_another_provider_begins_anew(client, page, inbox):
    client.post(page, {"provider": "postmark", "password": PASSWORD})
    health.call_refused(ProviderHook.objects.get(), "unsigned")
    client.post(page, {"provider": "ses", "topic": "arn:aws:sns:eu-central-1:123456789012:mail"})

    hook = ProviderHook.objects.get()
    assert (hook.provider, hook.refusal, hook.credentials) == ("ses", "", {})


def test_no_provider_forgets_it_all(client, page):
    client.post(page, {"provider": "postmark", "password": PASSWORD})
    client.post(page, {"provider": ""})

    assert not ProviderHook.objects.exists()


def test_keys_of_sendgrid_are_looked_at(client, page):
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    given = {"provider": "sendgrid", "password": PASSWORD, "public_keys": base64.b64encode(der).decode()}

    assert client.post(page, {**given, "public_keys": "no key"}).status_code == 422
    assert client.post(page, given).status_code == 302
    assert ProviderHook.objects.get().settings == {"public_keys": given["public_keys"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"provider": "postmark"},
        {"provider": "postmark", "password": "short"},
        {"provider": "postmark", "password": "x" * 30 + "@/"},
        {"provider": "mailgun"},
        {"provider": "ses", "topic": "my topic"},
        {"provider": "ses"},
        {"provider": "nobody"},
    ],
)
def test_what_cannot_work_is_refused(client, page, wrong):
    assert client.post(page, wrong).status_code == 422
    assert not ProviderHook.objects.exists()


def test_the_address_is_renewed(client, page, inbox):
    old = inbox.token

    assert client.post(page + "renew/").status_code == 302

    inbox.refresh_from_db()
    assert inbox.token != old
    assert client.post(f"/hooks/{old}/").status_code == 404
    assert old not in str(AuditEntry.objects.get(action="inbox.changed").changes)


def test_admins_see_when_the_last_call_came_and_why_one_was_refused(client, page, inbox):
    client.post(page, {"provider": "postmark", "password": PASSWORD})
    hook = ProviderHook.objects.get()
    health.called(hook)
    health.call_refused(hook, "wrong_key")
    sentence = "Its signature or password is not the one that is set up here."

    assert sentence in client.get(page).content.decode()
    (state,) = vitals.vitals_of([ProviderHook.objects.get().inbox], at=now())
    assert (state.tone, state.more) == ("warn", sentence)


def test_all_is_well_after_the_next_good_call(client, page, inbox):
    client.post(page, {"provider": "postmark", "password": PASSWORD})
    hook = ProviderHook.objects.get()
    health.call_refused(hook, "wrong_key")
    health.called(hook)

    (state,) = vitals.vitals_of([ProviderHook.objects.get().inbox], at=now())
    assert state.tone == "ok"


@pytest.mark.parametrize("role", ["Agent", "Team lead"])
def test_only_admins_get_there(client, page, inbox, role):
    client.force_login(make_agent(role=role))

    assert client.get(page).status_code in (403, 404)
    assert client.post(page + "renew/").status_code in (403, 404)


def test_a_form_has_no_provider(client, page):
    form = make_inbox(kind="form", address="help")

    assert client.get(f"/settings/channels/{form.pk}/provider/").status_code == 404
