"""“Send a mail to this desk”: over real SMTP and IMAP, from the customer's first word to the answer and back."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from accounts.models import Agent
from channels_inbox import intake, sending
from channels_inbox.email import mailbox
from channels_inbox.models import Inbox
from foundation import desk
from helpdesk.demo import company, samples
from helpdesk.demo.mailboxes import mails_of
from helpdesk.demo_mail.store import demo_store
from tests.helpdesk.demo.servers import mail_servers
from tickets import dispatch
from tickets.files import NewFile, store
from tickets.models import Ticket
from tickets.services import replies

pytestmark = pytest.mark.django_db
ANA = "ana@lamps.test"


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = True
    settings.RUNTIME_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    with mail_servers() as ports:
        settings.DEMO_IMAP_PORT, settings.DEMO_SMTP_PORT = ports
        company.found(now())
        desk.change(None, undo_send_seconds=0)
        yield


def work():
    """What fetcher and worker do, once."""
    for inbox in Inbox.objects.fetching():
        assert mailbox.poll(inbox) is not None
    intake.process_due()
    dispatch.process_events()
    sending.send_due()


def send(client, **values):
    letter = {
        "sender": ANA,
        "name": "Ana",
        "to": "support@demo.test",
        "subject": "Broken",
        "text": "It broke.",
    }
    return client.post("/demo/mail/send/", letter | values)


def look(client, sent):
    """The stations on the way of a mail, as its page tells them."""
    journey = client.get(sent["Location"], headers={"HX-Request": "true"}).context["journey"]
    return [str(stop.words) for stop in journey.stops], journey.is_over


def test_the_whole_way_of_a_mail(demo, client):
    sent = send(client)
    assert look(client, sent) == (["Delivered to the desk's mailbox", "The desk fetches its mail …"], False)

    work()
    ticket = Ticket.objects.get()
    way = ["Delivered to the desk's mailbox", "Fetched by the desk", f"In ticket #{ticket.number}"]
    confirmed = [*way, "A confirmation came back"]
    assert look(client, sent) == ([*confirmed, "Waiting for an agent's answer …"], False)

    agent = Agent.objects.get(email="agent@demo.test")
    replies.post_reply(ticket=ticket, author=agent, html="<p>A new one is on its <b>way</b>.</p>")
    work()
    assert look(client, sent) == ([*confirmed, "The answer has arrived"], True)


def test_an_answer_to_the_answer_lands_in_the_same_ticket(demo, client):
    send(client)
    work()
    (confirmation,) = mails_of(ANA)

    answered = client.post(f"/demo/mail/{ANA}/{confirmation.uid}/", {"text": "It came, thank you!"})
    work()

    assert answered.status_code == 302
    ticket = Ticket.objects.get()
    last = ticket.messages.order_by("pk").last()
    assert last.text == "It came, thank you!"
    assert "has received your request" in last.quoted_text
    assert look(client, answered)[0][2] == f"In ticket #{ticket.number}"


def test_a_mail_is_read_safely(demo, client):
    send(client, text="<b>Hello</b><script>alert(1)</script>", as_html="on")
    work()
    (confirmation,) = mails_of(ANA)

    page = client.get(f"/demo/mail/{ANA}/{confirmation.uid}/")
    frame = client.get(f"/demo/mail/{ANA}/{confirmation.uid}/body/")

    assert "We have received your request" in page.text
    assert "sandbox" in frame["Content-Security-Policy"]
    assert "default-src 'none'" in frame["Content-Security-Policy"]
    assert Ticket.objects.get().messages.first().html.startswith("<b>Hello</b>")


def test_a_file_goes_along_and_comes_back_as_a_download(demo, client):
    send(client, file=SimpleUploadedFile("broken.txt", b"It really did.", content_type="text/plain"))
    work()
    ticket = Ticket.objects.get()
    (file,) = ticket.attachments.all()
    assert file.name == "broken.txt"

    agent = Agent.objects.get(email="agent@demo.test")
    files = store([NewFile(name="label.txt", content=b"Print me")], ticket=ticket, uploaded_by=agent)
    replies.post_reply(ticket=ticket, author=agent, html="<p>See the label.</p>", attachments=files)
    work()
    answer = mails_of(ANA)[0]
    download = client.get(f"/demo/mail/{ANA}/{answer.uid}/files/0/")

    assert download.content == b"Print me"
    assert download["Content-Disposition"].startswith("attachment")
    assert client.get(f"/demo/mail/{ANA}/{answer.uid}/files/9/").status_code == 404


@pytest.mark.parametrize("sample", samples.SAMPLES)
def test_every_difficult_mail_ends_as_it_says(demo, client, sample):
    sent = client.post("/demo/mail/sample/", {"sample-sender": ANA, "sample-sample": sample})
    work()

    stations, _is_over = look(client, sent)

    held = "quarantine" in str(samples.SAMPLES[sample].text)
    assert ("Held in quarantine" in stations) is held
    assert len(mails_of(ANA)) == (0 if held or sample == "automatic" else 1)


@pytest.mark.parametrize(
    ("sender", "words"),
    [
        ("ana@example.com", "ends in .test"),
        ("support@demo.test", "not the desk&#x27;s own"),
        ("support+anything@demo.test", "not the desk&#x27;s own"),
        ("nobody", "valid email"),
    ],
)
def test_nobody_writes_from_anywhere_else(demo, client, sender, words):
    answer = send(client, sender=sender)

    assert answer.status_code == 422
    assert words in answer.text
    assert not demo_store().mails("support@demo.test")


def test_a_name_with_line_breaks_is_one_line(demo, client):
    send(client, name="Ana\r\nBcc: everybody@example.test", subject="Broken\nX: y")
    work()

    assert "\n" not in Ticket.objects.get().subject
    assert not demo_store().mails("everybody@example.test")


def test_the_desk_s_own_mailboxes_are_closed(demo, client):
    assert client.get("/demo/mail/support@demo.test/").status_code == 404
    assert client.get("/demo/mail/billing@demo.test/").status_code == 404
    assert client.get("/demo/mail/ana@example.com/").status_code == 404
    assert client.get(f"/demo/mail/{ANA}/1/").status_code == 404


def test_mail_servers_that_do_not_run_are_said_and_nothing_typed_is_lost(demo, client, settings):
    settings.DEMO_SMTP_PORT = 1

    answer = send(client, text="Very long words")

    assert answer.status_code == 422
    assert "do not run" in answer.text
    assert "Very long words" in answer.text


def test_the_pages_open_without_signing_in(demo, client):
    for address in ("/demo/mail/", f"/demo/mail/?as={ANA}", f"/demo/mail/{ANA}/"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/demo/mail/", f"/demo/mail/{ANA}/", f"/demo/mail/{ANA}/sent/x@y/"])
def test_a_real_desk_has_no_such_pages(client, address):
    assert client.get(address).status_code == 404


def test_the_address_of_a_mail_can_be_passed_on(demo, client):
    assert unquote(send(client)["Location"]).startswith(f"/demo/mail/{ANA}/sent/")
