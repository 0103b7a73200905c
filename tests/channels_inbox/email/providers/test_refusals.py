"""What is not from the provider is refused, stored nowhere, and shown to admins."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from channels_inbox import intake, webhooks
from channels_inbox.models import InboundPayload, ProviderHook
from foundation import faults
from tests.channels_inbox.mails import make_mail
from tests.mail_providers import SIMULATORS
from tests.mail_providers.ses import PEM, certificate
from tests.make import make_inbox
from tests.web_server import say
from tickets.models import Message


def refused(request, *, because: str, status: int = 401) -> None:
    assert request.send().status_code == status
    assert ProviderHook.objects.get(inbox__token=request.url.split("/")[4]).refusal == because
    assert InboundPayload.objects.count() == 0


@pytest.mark.parametrize("what", ["mail", "event"])
def test_security34_without_proof_nothing_is_taken(provider, what):
    call = provider.mail(make_mail()) if what == "mail" else provider.event("bounced", message_id="a@b")

    refused(provider.unsigned(call), because="unsigned")
    refused(provider.forged(call), because="wrong_key")


def test_the_keys_of_another_inbox_open_nothing(provider, connect):
    other = connect(provider.key, address="other@desk.test")
    if provider.key == "ses":
        other.inbox.hook.settings = {"topic": "arn:aws:sns:eu-central-1:123456789012:other"}
        other.inbox.hook.save()
    call = provider.mail(make_mail())

    answer = call.but(url=call.url.replace(provider.inbox.token, other.inbox.token)).send()

    assert (answer.status_code, InboundPayload.objects.count()) == (401, 0)


@pytest.mark.parametrize("key", ["ses", "sendgrid"])
def test_a_body_that_was_changed_is_refused(connect, key):
    provider = connect(key)
    call = provider.event("bounced", message_id="a@b", words="mailbox is full")

    refused(call.but(body=call.body.replace(b"full", b"fool")), because="wrong_key")


def test_a_token_of_mailgun_is_good_for_one_body(connect):
    provider = connect("mailgun")
    call = provider.mail(make_mail("The first."))
    assert call.send().status_code == 200

    assert call.but(body=call.body.replace(b"first", b"other")).send().status_code == 401

    assert ProviderHook.objects.get().refusal == "replayed"
    intake.process_due()
    assert Message.objects.get().text == "The first."


@pytest.mark.parametrize("age", [13 * 3600, -3600])
def test_a_signature_of_mailgun_ends(connect, age):
    refused(connect("mailgun").mail(make_mail(), age=age), because="too_old")


def test_a_repetition_within_mailguns_hours_is_taken(connect):
    assert connect("mailgun").mail(make_mail(), age=8 * 3600).send().status_code == 200


def test_sendgrid_may_sign_mail_too(connect):
    provider = connect("sendgrid")
    call = provider.signed(provider.mail(make_mail()))

    refused(provider.forged(call), because="wrong_key")
    assert call.send().status_code == 200


def test_events_of_sendgrid_need_their_signature_where_a_key_is_set(connect):
    provider = connect("sendgrid")
    call = provider.event("bounced", message_id="a@b")

    refused(provider.with_password(call.body, "application/json"), because="unsigned")


@pytest.mark.parametrize("key", sorted(SIMULATORS))
def test_too_much_is_refused(connect, key, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_BYTES_OF_MAIL", 2**20)
    provider = connect(key)
    call = provider.mail(make_mail(files=[("large.bin", bytes(2**20))]))

    refused(call, because="too_large", status=413)


@pytest.mark.parametrize("key", ["ses", "mailgun"])
def test_no_large_json_is_read_before_it_is_known_to_be_genuine(connect, key):
    provider = connect(key)
    call = provider.event("bounced", message_id="a@b")

    refused(call.but(body=b"[" + b"[]," * 2**20 + b"[]]"), because="too_large", status=413)


def test_who_has_no_password_is_refused_before_the_body_is_read(connect, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_BYTES_OF_MAIL", 10)
    provider = connect("postmark")

    refused(provider.forged(provider.mail(make_mail())), because="wrong_key")


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"{", b"[" * 200_000, b'"x"', b"\xff\xfe", b"1e999"]
)
@pytest.mark.parametrize("key", ["ses", "mailgun"])
def test_garbage_is_refused(connect, key, body):
    provider = connect(key)
    call = provider.event("bounced", message_id="a@b").but(body=body)

    assert call.send().status_code == 401
    assert InboundPayload.objects.count() == 0


def test_who_is_refused_too_often_waits(connect, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_REFUSED", 3)
    provider = connect("mailjet")
    call = provider.forged(provider.mail(make_mail()))

    answers = [call.send() for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_an_inbox_without_a_provider_takes_nothing(live):
    inbox = make_inbox()
    simulator = SIMULATORS["mailjet"](live.url, inbox)

    assert simulator.mail(make_mail()).send().status_code == 401


# ---- Amazon SNS


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_signatures_of_sns_are_known(connect, version):
    provider = connect("ses")
    provider.version = version

    assert provider.mail(make_mail()).send().status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "https://sns.eu-central-1.amazonaws.com.evil.test" + PEM,
        "https://sns.eu-central-1.amazonaws.com@evil.test" + PEM,
        "https://evil.test/sns.eu-central-1.amazonaws.com" + PEM,
        "http://169.254.169.254" + PEM,
        "https://bucket.s3.amazonaws.com" + PEM,
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
def test_security80_a_certificate_from_elsewhere_is_not_even_fetched(connect, address):
    provider = connect("ses")

    refused(
        provider.signed({"Type": "Notification", "Message": "{}"}, cert_url=address or "-"),
        because="certificate",
    )
    assert provider.server.asked == []


def test_security80_nor_from_another_place_on_amazons_host(connect):
    provider = connect("ses")
    address = provider.server.url + "/my-bucket/cert.pem"

    refused(
        provider.signed({"Type": "Notification", "Message": "{}"}, cert_url=address), because="certificate"
    )
    assert provider.server.asked == []


def test_a_certificate_that_has_ended_is_refused(connect):
    provider = connect("ses")
    provider.serve(provider.server, pem=certificate(until=datetime.now(UTC) - timedelta(days=1)))

    refused(provider.mail(make_mail()), because="certificate")


def test_while_the_certificate_cannot_be_had_amazon_is_asked_to_come_again(connect):
    provider = connect("ses")
    provider.server.answer = lambda request: say(request, 500)

    answer = provider.mail(make_mail()).send()

    assert (answer.status_code, InboundPayload.objects.count()) == (503, 0)


def test_the_certificate_is_fetched_once(connect):
    provider = connect("ses")
    for _ in range(3):
        provider.mail(make_mail()).send()

    assert [path for _verb, path, _headers, _body in provider.server.asked] == [PEM]


def test_another_topic_is_refused(connect):
    provider = connect("ses")

    refused(
        provider.signed({"Type": "Notification", "Message": "{}"}, topic="arn:aws:sns:a:1:x"), because="topic"
    )


def test_the_subscription_of_our_topic_is_confirmed(connect):
    provider = connect("ses")
    query = f"/?Action=ConfirmSubscription&TopicArn={provider.settings['topic']}&Token=2336412f37f"

    assert provider.confirmation(provider.server.url + query).send().status_code == 200

    assert query in [path for _verb, path, _headers, _body in provider.server.asked]
    intake.process_due()
    assert InboundPayload.objects.get().state == "ignored"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/?Action=ConfirmSubscription", "{amazon}/?Action=Publish"]
)
def test_security80_a_confirmation_leads_nowhere_else(connect, address):
    provider = connect("ses")
    address = address.format(amazon=provider.server.url)

    refused(provider.confirmation(address), because="certificate")
    assert [path for _verb, path, _headers, _body in provider.server.asked] == [PEM]


# ---- Trouble on our side


def test_fault13_while_the_database_is_away_the_provider_is_asked_to_come_again(provider, monkeypatch):
    call = provider.mail(make_mail())

    def away(*given, **more):
        raise OperationalError("the database is away")

    with monkeypatch.context() as trouble:
        trouble.setattr(webhooks.limits, "peek", away)
        answer = call.send()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")

    assert call.send().status_code == 200
    intake.process_due()
    assert Message.objects.count() == 1


def test_fault12_a_call_that_was_stored_but_not_answered_is_repeated_and_is_one_message(provider):
    call = provider.mail(make_mail())
    with faults.armed("hook.after_commit=raise"):
        assert call.send().status_code == 500

    assert call.send().status_code == 200
    intake.process_due()
    assert Message.objects.count() == 1


def test_what_is_stored_is_the_body_to_the_byte(connect):
    call = connect("mailjet").mail(make_mail())
    call.send()

    payload = InboundPayload.objects.get()
    assert payload.read_raw() == call.body
    assert payload.transport["provider"] == "mailjet"
    assert json.loads(payload.read_raw())
