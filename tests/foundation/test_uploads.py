"""Files that are too much together: thrown away while they arrive, the words beside them kept, 413 said."""

from __future__ import annotations

import socket
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import api_tokens
from accounts.api.scopes import Scope
from foundation import desk, uploads
from tests.channels_inbox.form.test_form import FORM, filled_in
from tests.make import make_agent, make_customer, make_ticket
from tests.tickets.portal import customer_client
from tickets.models import Attachment, Draft, Ticket

pytestmark = pytest.mark.django_db
MEGABYTE = 2**20
CSRF = "c" * 32
NAMES_THE_LIMIT = "larger than 4 MB"


@pytest.fixture(autouse=True)
def small_limit(settings, tmp_path):
    desk.change(None, max_message_bytes=4 * MEGABYTE, max_file_bytes=3 * MEGABYTE)
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


def parts(*megabytes: float) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{n}.bin", b"x" * int(size * MEGABYTE)) for n, size in enumerate(megabytes)]


def left_behind(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file()]


@pytest.mark.parametrize("sizes", [(2.9, 2.9), (1.0,) * 5, (30,)])
def test_the_form_is_shown_again_with_all_that_was_written(client, small_limit, sizes):
    words = {"subject": "Charged twice", "text": "A long story.", "email": "elena@example.org"}

    answer = client.post(FORM, filled_in(**words, attachments=parts(*sizes)))

    assert answer.status_code == 413
    assert NAMES_THE_LIMIT in answer.text
    for written in words.values():
        assert written in answer.text
    assert not Ticket.objects.exists()
    assert left_behind(small_limit) == []


def test_what_is_within_the_limit_passes(client):
    client.post(FORM, filled_in(attachments=parts(1.5, 2.4)))

    assert Ticket.objects.get().messages.get().attachments.count() == 2


def test_nothing_was_opened_on_the_disk_for_what_is_far_too_much(client, monkeypatch):
    def refuse(*_given, **_named):
        raise AssertionError("A temporary file was made.")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", refuse)

    assert client.post(FORM, filled_in(attachments=parts(13))).status_code == 413


def test_a_customers_answer_keeps_its_words(small_limit):
    customer = make_customer()
    ticket = make_ticket(requester=customer)
    client = customer_client(customer)

    answer = client.post(
        f"/requests/{ticket.number}/reply/",
        {"text": "My answer.", "key": "k" * 32, "attachments": parts(3, 3)},
    )

    assert (answer.status_code, ticket.messages.count()) == (413, 1)
    assert "My answer." in answer.text
    assert NAMES_THE_LIMIT in answer.text
    assert left_behind(small_limit) == []


@pytest.mark.parametrize("kind", ["reply", "note"])
@pytest.mark.parametrize("sizes", [(3, 3), (3.5,)], ids=["together", "one"])
def test_an_agents_words_become_the_draft(client, kind, sizes):
    client.force_login(make_agent())
    ticket = make_ticket()

    answer = client.post(f"/t/{ticket.number}/{kind}/", {"body": "Long words.", "files": parts(*sizes)})

    assert (answer.status_code, ticket.messages.count()) == (413, 1)
    assert Draft.objects.get(mode=kind).html == "<p>Long words.</p>"
    assert "larger than" in answer.text


def test_the_composers_upload_says_why(client):
    client.force_login(make_agent())
    ticket = make_ticket()

    answer = client.post(
        f"/t/{ticket.number}/uploads/", {"file": parts(5)}, headers={"Accept": "application/json"}
    )

    assert answer.status_code == 413
    assert NAMES_THE_LIMIT in answer.json()["error"]


@pytest.mark.parametrize("sizes", [(2.5, 2.5), (3.5,)], ids=["together", "one"])
def test_the_api_says_why(client, sizes, small_limit):
    agent, ticket = make_agent(), make_ticket()
    _token, plain = api_tokens.issue(agent=agent, name="test", scopes=tuple(Scope.values))

    answer = client.post(
        f"/api/v1/tickets/{ticket.number}/uploads/",
        {"file": parts(*sizes)},
        headers={"Authorization": f"Bearer {plain}"},
    )

    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert "larger than" in answer.json()["detail"]
    assert not Attachment.objects.exists()
    assert left_behind(small_limit) == []


def test_a_page_that_takes_no_files_refuses_them_all_the_same():
    answer = Client().post("/login/", {"email": "a@b.test", "surprise": parts(13)})

    assert answer.status_code == 413
    assert NAMES_THE_LIMIT in answer.text


def test_what_claims_to_be_enormous_is_not_even_read(client):
    answer = client.generic(
        "POST",
        FORM,
        b"--x--",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(uploads.NOT_EVEN_READ + 1),
    )

    assert answer.status_code == 413
    assert NAMES_THE_LIMIT in answer.text


def test_what_is_no_form_with_files_is_not_read_into_memory_either(client):
    answer = client.generic(
        "POST",
        "/api/v1/tickets/",
        b"{}",
        content_type="application/json",
        CONTENT_LENGTH=str(uploads.BESIDE_FILES + 1),
    )

    assert answer.status_code == 413
    assert "more than 8 MB" in answer.json()["error"]


# ---- On the wire


def _body(size: int) -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="attachments"; filename="a.bin"\r\n\r\n'
    words = b'\r\n--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nkept words'
    return head + b"x" * size + words + b"\r\n--x--\r\n"


def _post(port: int, body: bytes, *headers: str, breaks_off: bool = False) -> bytes:
    lines = [
        f"POST {FORM} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: multipart/form-data; boundary=x",
        f"Cookie: {django_settings.CSRF_COOKIE_NAME}={CSRF}",
        f"X-CSRFToken: {CSRF}",
        "Connection: close",
        *headers,
    ]
    answer = b""
    # The server may hang up while we still speak.
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line, suppress(ConnectionError):
        line.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        if breaks_off:
            return b""
        while more := line.recv(65536):
            answer += more
    return answer


@pytest.mark.django_db(transaction=True)
def test_served_for_real_it_counts_what_comes(live, small_limit):
    body = _body(13 * MEGABYTE)

    answer = _post(live.port, body, f"Content-Length: {len(body)}")

    assert b" 413 " in answer.splitlines()[0] + b" "
    assert b"kept words" in answer
    assert left_behind(small_limit) == []


@pytest.mark.django_db(transaction=True)
def test_a_line_that_breaks_leaves_nothing_behind(live, small_limit):
    half = _body(3 * MEGABYTE)[: 2 * MEGABYTE]
    _post(live.port, half, f"Content-Length: {3 * MEGABYTE}", breaks_off=True)
    live.settle()

    assert left_behind(small_limit) == []
    assert not Ticket.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_body_without_a_length_brings_no_file(live, small_limit):
    body = _body(13 * MEGABYTE)
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)

    _post(live.port, chunked, "Transfer-Encoding: chunked")
    live.settle()

    assert left_behind(small_limit) == []
    assert not Ticket.objects.exists()
