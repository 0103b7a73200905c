"""XOAUTH2 against Dovecot and an SMTP server that take the provider's tokens: in, out, watched, tried."""

from __future__ import annotations

import logging
import socket
import threading
import time
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils.timezone import now

from channels_inbox import calls, delivery_claims, intake, sending, vitals
from channels_inbox.adapter import SendFailed
from channels_inbox.email import mailbox, sign_in, smtp
from channels_inbox.email.idle import Supervisor
from channels_inbox.email.oauth.grants import MailboxTokens, wire_settings
from channels_inbox.email.probe import State, probe
from channels_inbox.models import InboundPayload, Inbox, MailboxGrant, MessageDelivery
from tests import identity_provider as faults
from tests.channels_inbox.email.oauth.conftest import connect
from tests.channels_inbox.mails import make_mail
from tests.make import make_agent
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
TO = "elena@elsewhere.test"
PATIENCE = 30.0


def hand_over(inbox):
    return smtp.hand_over(
        wire_settings(inbox), sender=inbox.address, to=[TO], copies=(), data=b"Subject: x\r\n\r\nHello\r\n"
    )


def queued(inbox, number=1):
    return MessageDelivery.objects.create(
        kind=MessageDelivery.Kind.NOTICE,
        inbox=inbox,
        idempotency_key=f"test:{number}",
        rfc_message_id=f"<{number}@desk.test>",
        sender=inbox.address,
        recipients={"to": [TO]},
        content={"kind": "x", "language": "en"},
    )


def test_mail_is_collected_with_a_token(connected, trusted):
    trusted.imap.deliver(connected.address, make_mail(subject="By token"))

    assert mailbox.poll(connected) == 1

    intake.process_due()
    assert Ticket.objects.get().subject == "By token"


def test_mail_is_handed_over_with_a_token(connected, trusted):
    hand_over(connected)

    assert len(trusted.smtp.wait_for(TO)) == 1


def test_a_token_that_ended_early_is_renewed_on_the_spot(connected, trusted, provider):
    provider.forget_access(connected.address)
    trusted.imap.deliver(connected.address, make_mail())

    assert mailbox.poll(connected) == 1
    assert provider.refreshes() == 1

    MailboxGrant.objects.update(renewed_at=now() - timedelta(hours=1))
    provider.forget_access(connected.address)
    hand_over(connected)
    assert provider.refreshes() == 2


def test_a_token_of_somebody_else_opens_nothing(connected, provider, trusted):
    stranger, _renewing = provider.issue("somebody-else@example.test")
    provider.state.refresh[MailboxGrant.objects.get().tokens["refresh"]] = "somebody-else@example.test"
    MailboxGrant.objects.update(
        tokens={"access": stranger, "refresh": MailboxGrant.objects.get().tokens["refresh"]}
    )

    assert mailbox.poll(connected) is None

    connected.refresh_from_db()
    assert "did not take the provider's sign-in" in connected.last_error
    assert stranger not in connected.last_error
    with pytest.raises(SendFailed, match="for sending did not take") as failure:
        hand_over(connected)
    assert failure.value.channel_is_down
    assert not failure.value.permanent


def test_fault9_a_revoked_mailbox_is_red_calls_and_loses_nothing(connected, provider, trusted):
    make_agent(role="Admin", email="ada@desk.test")
    row = queued(connected)
    provider.revoke(connected.address)
    trusted.imap.deliver(connected.address, make_mail(subject="Came while signed out"))

    assert mailbox.poll(connected) is None

    connected.refresh_from_db()
    assert not Inbox.objects.fetching().exists()
    assert delivery_claims.claim() is None  # it waits, and uses up no try
    (state,) = vitals.vitals_of([connected], at=now())
    assert state.tone == "bad"
    assert "sign in" in state.words
    soon = now() + timedelta(minutes=3)
    assert [each.inbox for each in vitals.standing_still(soon)] == [connected]
    assert calls.call_admins(at=soon) == 1
    assert calls.call_admins(at=soon) == 0

    connect(connected, provider)

    row.refresh_from_db()
    assert (row.state, row.attempts) == ("queued", 0)
    assert delivery_claims.claim() == row
    assert mailbox.poll(connected) == 1
    assert vitals.standing_still(soon + timedelta(minutes=5)) == []


def test_whoever_sets_an_inbox_up_is_given_a_while(unconnected):
    since = unconnected.sign_in_needed_at

    assert vitals.standing_still(since + timedelta(minutes=10)) == []
    assert [each.inbox for each in vitals.standing_still(since + timedelta(minutes=16))] == [unconnected]


def test_mail_waits_while_the_provider_is_away(ended, provider, trusted):
    row = queued(ended)
    row = delivery_claims.claim()
    provider.fail(faults.server_error)
    delivery_claims.begin(row)

    with pytest.raises(SendFailed) as failure:
        hand_over(ended)
    sending._failed(row, failure.value)

    row.refresh_from_db()
    assert row.state == "retry"
    assert trusted.smtp.mails_to(TO) == []
    MailboxGrant.objects.update(asks_again_at=Now() - timedelta(seconds=1))
    hand_over(ended)
    assert len(trusted.smtp.wait_for(TO)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_is_watched_with_a_token(connected, trusted):
    supervisor = Supervisor()
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while not Inbox.objects.exclude(last_checked_at=None).exists():
            assert time.monotonic() < deadline
        trusted.imap.deliver(connected.address, make_mail())
        while not InboundPayload.objects.exists():
            assert time.monotonic() < deadline
    finally:
        supervisor.stop()
        thread.join(PATIENCE)


def test_the_tokens_stand_in_no_log(ended, trusted, provider, caplog):
    caplog.set_level(logging.DEBUG)
    trusted.imap.deliver(ended.address, make_mail())
    mailbox.poll(ended)
    hand_over(ended)
    provider.revoke(ended.address)
    MailboxGrant.objects.update(expires_at=now() - timedelta(hours=1))
    mailbox.poll(ended)

    secrets = [each["refresh_token"] for each in provider.state.asked]
    assert len(secrets) == 2
    ours = "\n".join(
        record.getMessage() for record in caplog.records if record.name != "mail.log"
    )  # the server's
    assert "Fetching mail" in ours
    assert not any(secret in ours for secret in [*secrets, provider.client_secret, "at-"])


def test_a_user_cannot_end_the_field(connected):
    with pytest.raises(sign_in.TokenRefused):
        sign_in.first_words("eve\x01auth=Bearer x", "token")


@pytest.fixture
def server():
    """Something that answers every line of an IMAP client with what a test says."""
    listener = socket.create_server(("127.0.0.1", 0))

    def begin(challenge: bytes) -> int:
        threading.Thread(target=serve, args=(challenge,), daemon=True).start()
        return listener.getsockname()[1]

    def serve(challenge: bytes) -> None:
        with listener.accept()[0] as line, line.makefile("rwb") as spoken:
            spoken.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] hello\r\n")
            spoken.flush()
            for said in iter(spoken.readline, b""):
                if said.endswith(b"CAPABILITY\r\n"):
                    spoken.write(
                        b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n" + said.split()[0] + b" OK done\r\n"
                    )
                else:
                    spoken.write(challenge)
                spoken.flush()

    yield begin
    listener.close()


@pytest.mark.parametrize("challenge", [b"+ \r\n", b"+ a\r\n", b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n"])
def test_challenges_without_end_or_sense_end_the_try(connected, provider, server, challenge):
    connected.settings |= {"imap_port": server(challenge), "imap_security": "none"}
    connected.save()
    connect(connected, provider)

    assert mailbox.poll(connected) is None

    connected.refresh_from_db()
    assert "does not understand" in connected.last_error
    assert provider.refreshes() == 0


def test_a_server_without_the_mechanism_is_told_no_token(connected, provider, server, monkeypatch):
    monkeypatch.setattr(sign_in, "MECHANISM", "XOAUTH9")

    assert mailbox.poll(connected) is None
    with pytest.raises(SendFailed, match="does not offer"):
        hand_over(connected)

    connected.refresh_from_db()
    assert "does not offer" in connected.last_error


# ---- The test of the connection


def tried(inbox, *, settings=None):
    known = settings or inbox.settings
    secrets = {**inbox.credentials, "tokens": MailboxTokens(inbox.pk, known)}
    return list(probe(known, secrets, address=inbox.address))


def test_the_test_gets_a_token_and_tries_both_servers(connected):
    steps = tried(connected)

    assert [step.state for step in steps] == [State.DONE] * 11
    assert steps[0].title == "Get a token from 127.0.0.1"


def test_the_test_says_to_connect_first(unconnected):
    (step,) = tried(unconnected)

    assert step.state == State.FAILED
    assert "Connect" in step.words


def test_the_test_does_not_tell_a_token_to_another_server(connected):
    (step,) = tried(connected, settings=connected.settings | {"imap_host": "elsewhere.example.com"})

    assert step.state == State.FAILED


def test_the_test_names_the_account_that_is_not_taken(connected, provider):
    account = "somebody-else@example.test"
    stranger, renewing = provider.issue(account)
    MailboxGrant.objects.update(tokens={"access": stranger, "refresh": renewing})

    steps = tried(connected)

    refused = [step for step in steps if step.state == State.FAILED]
    assert [step.title for step in refused] == ["Sign in for mail (IMAP)", "Sign in for sending (SMTP)"]
    assert all(connected.address in step.words for step in refused)
