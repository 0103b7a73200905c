"""The web form: what people send becomes a request at once, and never is lost; machines are kept apart."""

from __future__ import annotations

import os
import re
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import now

from channels_inbox import intake
from channels_inbox.form import kept_files, receive
from channels_inbox.form.receive import form_inbox
from channels_inbox.form.request_form import SHOWN
from channels_inbox.form.views import PER_ADDRESS, PER_NETWORK
from channels_inbox.models import InboundPayload, Inbox
from foundation import desk, tokens
from tests.make import make_agent, make_customer, make_ticket
from tests.pages import without_tokens
from tests.tickets.portal import customer_client
from tickets.files import NewFile
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

FORM = "/requests/new/"


def filled_in(**changes) -> dict:
    """What a browser posts a minute after it was shown the form."""
    shown = tokens.sign(SHOWN, int(time.time()) - 60)
    values = {
        "name": "Elena Lindqvist",
        "email": "elena@example.org",
        "subject": "Charged twice",
        "text": "My card was charged twice.",
        "key": "k" * 32,
        "shown": shown,
        "second_subject": "",
    }
    return values | changes


def send(client: Client, **changes):
    return client.post(FORM, filled_in(**changes))


def files_of(ticket: Ticket) -> list[tuple[str, bytes]]:
    found = []
    for attachment in ticket.messages.get().attachments.all():
        with attachment.file.open() as file:
            found.append((attachment.name, file.read()))
    return found


def text_file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/plain")


# ---- The main road


def test_what_is_sent_becomes_a_request_and_its_number_is_shown(client):
    answer = send(client)

    ticket = Ticket.objects.get()
    page = client.get(answer["Location"]).text
    assert str(ticket.number) in page
    assert "elena@example.org" in page
    message = ticket.messages.get()
    assert (ticket.subject, message.text, ticket.channel) == (
        "Charged twice",
        "My card was charged twice.",
        "form",
    )
    assert (ticket.requester.email, ticket.requester.name) == ("elena@example.org", "Elena Lindqvist")
    assert InboundPayload.objects.get().state == "done"


def test_files_come_along(client):
    send(
        client,
        attachments=[text_file("a.txt", b"one"), SimpleUploadedFile("b.bin", b"\x00\x01")],
    )

    assert files_of(Ticket.objects.get()) == [("a.txt", b"one"), ("b.bin", b"\x00\x01")]


def test_a_form_that_is_sent_twice_is_one_request_with_one_number(client):
    first, second = send(client), send(client)

    assert Ticket.objects.count() == 1
    assert without_tokens(client.get(first["Location"])) == without_tokens(client.get(second["Location"]))


def test_known_or_not_the_page_says_the_same(client):
    make_ticket(requester=make_customer(email="known@example.org"))
    make_agent(email="agent@example.org")
    make_customer(email="blocked@example.org", blocked_at=now())

    pages = set()
    for place, email in enumerate(("known@example.org", "unknown@example.org", "agent@example.org")):
        answer = send(client, email=email, key=f"{place:032}")
        page = without_tokens(client.get(answer["Location"])).replace(email, "ADDRESS")
        pages.add(re.sub(r"<strong>\d+</strong>", "<strong>N</strong>", page))

    assert len(pages) == 1


def test_who_is_signed_in_is_asked_nothing_twice_and_cannot_write_as_somebody_else():
    customer = make_customer(email="elena@example.org", name="Elena")
    client = customer_client(customer)

    page = client.get(FORM).text
    assert 'name="email"' not in page
    assert 'name="name"' not in page
    send(client, email="victim@example.org", name="Somebody else")

    message = Ticket.objects.get().messages.get()
    assert (message.author_customer, message.author_address) == (customer, "elena@example.org")
    assert message.facts["signed_in"] is True


def test_a_form_of_its_own_has_its_own_words(client):
    desk_form = form_inbox()
    Inbox.objects.create(
        kind="form",
        address="returns",
        name="Returns",
        brand=desk_form.brand,
        settings={"title": "Send it back", "intro": "We answer within a day.", "allow_files": False},
    )

    page = client.get(FORM, {"form": "returns"}).text

    assert "Send it back" in page
    assert "We answer within a day." in page
    assert 'type="file"' not in page
    assert client.get(FORM, {"form": "nosuch"}).status_code == 404


def test_a_form_that_is_switched_off_says_so(client):
    form_inbox()
    Inbox.objects.update(is_active=False)

    answer = client.get(FORM)

    assert answer.status_code == 409
    assert "closed at the moment" in answer.text


# ---- Nothing is lost


def test_when_something_of_ours_fails_it_is_received_all_the_same(client, monkeypatch):
    def fails(_payload):
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(receive.intake, "process", fails)
        page = client.get(send(client)["Location"]).text
    assert "We have your message" in page
    assert Ticket.objects.count() == 0

    intake.process_due()

    assert Ticket.objects.get().messages.get().text == "My card was charged twice."


def test_what_is_not_right_is_said_and_everything_stays(client):
    answer = send(
        client,
        email="elena at example",
        subject="",
        attachments=[text_file("a.txt", b"one")],
    )

    page = answer.text
    assert answer.status_code == 422
    assert "<title>Error:" in page
    assert "There is a problem" in page
    assert 'href="#id_email"' in page
    assert "elena at example" in page
    assert "My card was charged twice." in page
    assert "a.txt" in page
    assert "disabled" not in page
    assert Ticket.objects.count() == 0


def kept_in(page: str) -> list[str]:
    return re.findall(r'name="kept" value="([^"]+)"', page)


def test_files_survive_a_form_that_did_not_pass(client):
    first = send(client, subject="", attachments=[text_file("a.txt", b"one")])
    second = send(
        client,
        subject="",
        kept=kept_in(first.text),
        attachments=[text_file("b.txt", b"two")],
    )
    send(client, kept=kept_in(second.text))

    assert files_of(Ticket.objects.get()) == [("a.txt", b"one"), ("b.txt", b"two")]


def test_a_kept_file_that_is_unticked_stays_behind(client):
    send(client, subject="", attachments=[text_file("a.txt", b"one")])
    send(client)

    assert Ticket.objects.get().messages.get().attachments.count() == 0


def test_nobody_names_files_of_others(client):
    path = default_storage.save("secret.txt", SimpleUploadedFile("secret.txt", b"secret"))
    forged = tokens.sign("another purpose", {"path": path, "name": "x", "size": 6, "type": "text/plain"})

    send(client, kept=[forged, path, "../../etc/passwd"])

    assert Ticket.objects.get().messages.get().attachments.count() == 0


def test_kept_files_count_towards_the_limits(client):
    desk.change(None, max_files=1)
    first = send(client, subject="", attachments=[text_file("a.txt", b"one")])

    answer = send(client, kept=kept_in(first.text), attachments=[text_file("b.txt", b"two")])

    assert answer.status_code == 422
    assert "at most 1 file" in answer.text


def test_files_nobody_came_back_for_are_swept():
    old, new = kept_files.keep([NewFile(name="a", content=b"1"), NewFile(name="b", content=b"2")])
    path = tokens.read(kept_files.PURPOSE, old.token, max_age=10)["path"]
    a_day_ago = time.time() - timedelta(days=1, minutes=1).total_seconds()
    os.utime(settings.MEDIA_ROOT / path, (a_day_ago, a_day_ago))

    assert kept_files.sweep() == 1
    assert kept_files.read([old]) == []
    assert kept_files.read([new])[0].content == b"2"


# ---- Machines and nuisances


def test_a_machine_that_fills_in_everything_bothers_nobody_and_is_told_nothing(client):
    answer = send(client, second_subject="Buy now")

    assert "We have your message" in client.get(answer["Location"]).text
    assert Ticket.objects.count() == 0
    payload = InboundPayload.objects.get()
    assert (payload.state, payload.sender) == ("ignored", "elena@example.org")
    assert "a machine wrote this" in payload.reason


@pytest.mark.parametrize("stamp", ["", "forged", None])
def test_who_is_faster_than_a_person_is_asked_once_more(client, stamp):
    shown = tokens.sign(SHOWN, int(time.time())) if stamp is None else stamp

    answer = send(client, shown=shown)

    assert answer.status_code == 422
    assert "That was quick" in answer.text
    assert "My card was charged twice." in answer.text
    assert Ticket.objects.count() == 0


def test_a_network_sends_so_much_and_no_more(client):
    answers = [
        send(client, email=f"person{n}@example.org", key=f"{n:032}").status_code
        for n in range(PER_NETWORK + 2)
    ]

    assert answers == [302] * PER_NETWORK + [429] * 2


def test_one_address_is_written_for_so_often_and_no_more():
    answers = [
        send(Client(REMOTE_ADDR=f"10.0.0.{n}"), key=f"{n:032}").status_code for n in range(PER_ADDRESS + 2)
    ]

    assert answers == [302] * PER_ADDRESS + [429] * 2


def test_a_refused_form_keeps_what_was_written(client):
    for n in range(PER_ADDRESS):
        send(client, key=f"{n:032}")

    answer = send(client, key="x" * 32, text="Words I took long to find")

    assert "Words I took long to find" in answer.text
    assert "minutes" in answer.text


def test_anybody_can_type_any_address_so_no_other_request_is_joined(client):
    ticket = make_ticket(requester=make_customer(email="elena@example.org"))

    send(client, subject=f"Re: [#{ticket.number}] Charged twice", text="Let me in")

    assert ticket.messages.count() == 1
    assert Ticket.objects.count() == 2


def test_a_reference_shows_only_where_we_signed_it(client):
    page = client.get("/requests/sent/", {"r": "forged", "number": "424242"}).text

    assert "We have your message" in page
    assert "<strong>" not in page
