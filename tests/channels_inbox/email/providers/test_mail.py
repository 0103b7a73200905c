"""Mail that a provider brings over HTTP becomes a message, whole and once."""

from __future__ import annotations

import pytest

from channels_inbox import intake
from channels_inbox.models import InboundPayload
from tests.channels_inbox.mails import accept, make_mail
from tickets.models import Message, Ticket

PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000")


def taken_in() -> Message:
    intake.process_due()
    payload = InboundPayload.objects.get()
    assert (payload.state, payload.reason) == ("done", "")
    return Message.objects.get()


@pytest.mark.parametrize("way", ["mail", "fields"])
def test_mail_becomes_a_ticket_with_words_and_files(provider, way):
    raw = make_mail(
        "Zwölf Stühle.", html="<p>Zwölf <b>Stühle</b>.</p>", files=[("invoice.pdf", b"%PDF-1.4 x")]
    )

    assert getattr(provider, way)(raw).send().status_code == 200

    message = taken_in()
    assert (message.ticket.subject, message.text) == ("Charged twice for October", "Zwölf Stühle.")
    assert "<b>Stühle</b>" in message.html
    assert message.author_address == "elena@example.org"
    assert [file.name for file in message.attachments.all()] == ["invoice.pdf"]
    with message.attachments.get().file.open() as file:
        assert file.read() == b"%PDF-1.4 x"


@pytest.mark.parametrize("way", ["mail", "fields"])
def test_pictures_stay_within_the_text(provider, way):
    from email import message_from_bytes, policy

    mail = message_from_bytes(make_mail("See below."), policy=policy.default)
    mail.add_alternative('<p>See <img src="cid:shot1"></p>', subtype="html")
    mail.get_payload()[1].add_related(
        PICTURE, "image", "png", cid="<shot1>", filename="shot.png", disposition="inline"
    )

    assert getattr(provider, way)(mail.as_bytes()).send().status_code == 200

    file = taken_in().attachments.get()
    assert (file.content_id, file.is_inline) == ("shot1", True)


@pytest.mark.parametrize("key", ["mailgun", "sendgrid", "ses"])
def test_bytes_of_any_charset_come_through(connect, key):
    raw = (
        b"From: elena@example.org\r\nTo: support@desk.test\r\nSubject: Caf\xe9\r\nMessage-ID: <latin@example.org>\r\n"
        b"Content-Type: text/plain; charset=iso-8859-1\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\nD\xe9j\xe0 pay\xe9.\r\n"
    )

    assert connect(key).mail(raw).send().status_code == 200

    assert taken_in().text == "Déjà payé."


@pytest.mark.parametrize("key", ["mailgun", "sendgrid", "postmark", "mailjet"])
def test_25_megabytes_are_taken(connect, key):
    content = bytes(range(256)) * (25 * 4096)

    assert connect(key).mail(make_mail(files=[("large.bin", content)])).send().status_code == 200

    payload = InboundPayload.objects.get()
    assert payload.raw_file and payload.size > len(content)


def test_a_call_that_is_repeated_is_one_message(provider):
    call = provider.mail(make_mail())

    assert [call.send().status_code for _ in range(3)] == [200, 200, 200]

    assert taken_in().ticket == Ticket.objects.get()


@pytest.mark.parametrize("way", ["mail", "fields"])
@pytest.mark.parametrize("first", ["mailbox", "provider"])
def test_the_same_mail_from_the_mailbox_and_the_provider_is_one_message(provider, way, first):
    raw = make_mail("It arrived twice.", html="<p>It arrived twice.</p>", files=[("a.txt", b"one")])
    for source in (first, {"mailbox": "provider", "provider": "mailbox"}[first]):
        if source == "mailbox":
            accept(provider.inbox, b"Received: from mx\r\n" + raw)
        else:
            getattr(provider, way)(raw).send()
        intake.process_due()

    assert sorted(InboundPayload.objects.values_list("state", flat=True)) == ["done", "duplicate"]
    assert Message.objects.count() == 1


def test_the_original_is_the_mail_and_not_its_wrapping(connect, client):
    from tests.make import make_agent

    connect("mailgun").mail(make_mail("As it came.")).send()
    message = taken_in()
    client.force_login(make_agent(role="Admin"))

    shown = client.get(f"/t/{message.ticket.number}/messages/{message.pk}/original/raw/")

    assert shown.content.startswith(b"From: Elena Lindqvist") and b"As it came." in shown.content


def test_what_is_genuine_but_not_understood_is_held(connect):
    provider = connect("postmark")
    provider.with_password(b'{"RecordType": 7, "Metadata": 3}', "application/json").send()
    provider.with_password(b"[" * 100_000, "application/json").send()
    intake.process_due()

    assert list(InboundPayload.objects.values_list("state", flat=True)) == ["quarantined"] * 2
    assert Ticket.objects.count() == 2


def test_a_thousand_calls(connect):
    provider = connect("mailjet")
    calls = [provider.mail(make_mail(f"Mail {n}", subject=f"Mail {n}")) for n in range(1000)]

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda call: call.send().status_code, calls))

    assert answers == [200] * 1000
    intake.process_due()
    assert (InboundPayload.objects.filter(state="done").count(), Ticket.objects.count()) == (1000, 1000)


def test_a_call_asks_the_database_little(connect, client, django_assert_max_num_queries):
    provider = connect("mailjet")
    first, second = provider.mail(make_mail("One.")), provider.mail(make_mail("Two."))

    def post(call):
        headers = {"Authorization": call.headers["Authorization"]}
        path = f"/hooks/{provider.inbox.token}/"
        return client.post(path, call.body, content_type="application/json", headers=headers)

    assert post(first).status_code == 200
    # The inbox with its provider, the count of refusals, the payload between BEGIN and COMMIT, the note of the call.
    with django_assert_max_num_queries(6):
        assert post(second).status_code == 200
