"""The operators' pages: everything can be looked at, nothing secret is shown."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from channels_inbox.models import InboundPayload
from tests.channels_inbox.mails import accept, make_mail, receive
from tests.make import make_agent, make_inbox

pytestmark = pytest.mark.django_db
MODELS = [model for model in admin.site._registry if model._meta.app_label == "channels_inbox"]


@pytest.fixture
def operator(client):
    client.force_login(make_agent(role="Admin"))
    return client


@pytest.mark.parametrize("model", MODELS)
def test_each_list_shows(operator, model):
    receive(make_inbox(), make_mail())

    assert (
        operator.get(reverse(f"admin:channels_inbox_{model._meta.model_name}_changelist")).status_code == 200
    )


def test_an_inbox_is_shown_without_its_secrets(operator):
    inbox = make_inbox(
        settings={"imap_user": "canary-user"}, credentials={"imap_password": "canary-password"}
    )

    page = operator.get(reverse("admin:channels_inbox_inbox_change", args=[inbox.pk])).content.decode()

    assert "canary" not in page
    assert inbox.token not in page


def test_held_messages_can_be_read_again(operator):
    payload = accept(make_inbox(), make_mail())
    InboundPayload.objects.update(state="quarantined")

    operator.post(
        reverse("admin:channels_inbox_inboundpayload_changelist"),
        {"action": "read_again", "_selected_action": [payload.pk]},
    )

    payload.refresh_from_db()
    assert payload.state == "received"
