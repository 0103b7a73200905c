"""The door for providers: only what is genuine, stored before it is answered, and stored once."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from channels_inbox import intake, webhooks
from channels_inbox.adapter import Adapter, PayloadRejected
from channels_inbox.messages import InboundMessage, Sender
from channels_inbox.models import InboundPayload
from channels_inbox.registry import ADAPTERS
from tests.make import make_inbox
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


class Signed(Adapter):
    """A provider that signs with a password."""

    kind = "signed"

    def verify(self, call):
        if call.headers.get("X-Signature") != self.settings["secret"]:
            raise PayloadRejected

    def parse(self, payload):
        return [
            InboundMessage(external_id="", sender=Sender(handle="elena@example.org"), text=payload.decode())
        ]


@pytest.fixture
def inbox(monkeypatch):
    monkeypatch.setitem(ADAPTERS, "signed", Signed)
    return make_inbox(kind="signed", address="hook", credentials={"secret": "s3cret"})


@pytest.fixture
def post(client, inbox):
    def send(body: bytes = b"Hello", *, token: str = "", signature: str = "s3cret"):
        address = f"/hooks/{token or inbox.token}/"
        return client.post(address, body, content_type="text/plain", headers={"X-Signature": signature})

    return send


def test_what_is_genuine_is_stored_and_becomes_a_ticket(post, inbox):
    assert post().status_code == 200

    assert InboundPayload.objects.get().transport["by"] == "webhook"
    intake.process_due()
    assert Ticket.objects.get().messages.get().text == "Hello"


def test_a_delivery_that_is_repeated_is_stored_once(post):
    assert [post().status_code for _ in range(3)] == [200, 200, 200]
    assert InboundPayload.objects.count() == 1


@pytest.mark.parametrize("signature", ["", "wrong", "s3cre", "s3crett"])
def test_what_is_not_genuine_is_refused_and_not_stored(post, signature):
    assert post(signature=signature).status_code == 401
    assert InboundPayload.objects.count() == 0


def test_nobody_guesses_where_to_post(post):
    assert post(token="0" * 43).status_code == 404


def test_an_inbox_that_is_switched_off_takes_nothing(post, inbox):
    inbox.is_active = False
    inbox.save()

    assert post().status_code == 404


def test_a_mailbox_takes_no_requests_from_outside(client):
    inbox = make_inbox()

    assert client.post(f"/hooks/{inbox.token}/", b"x", content_type="text/plain").status_code == 401


def test_too_much_is_refused(post):
    assert post(b"x" * (webhooks.MOST_BYTES + 1)).status_code == 413
    assert InboundPayload.objects.count() == 0


def test_nothing_is_changed_by_looking(client, inbox):
    assert client.get(f"/hooks/{inbox.token}/").status_code == 405


def test_while_it_cannot_be_stored_the_provider_is_asked_to_come_again(post, monkeypatch):
    def away(*arguments, **more):
        raise OperationalError("the database is away")

    monkeypatch.setattr(webhooks, "adapter_for", away)

    answer = post()

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
