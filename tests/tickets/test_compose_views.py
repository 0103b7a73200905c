"""Sending from the page, with scripts (htmx) and without."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import desk
from tests.make import make_agent, make_message, make_ticket
from tickets import files
from tickets.models import Attachment, Draft, Message
from tickets.services import drafts, replies

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def agent(client):
    agent = make_agent(name="Mika Korhonen")
    client.force_login(agent)
    return agent


@pytest.fixture
def ticket():
    return make_ticket(status="open")


def send(client, ticket, kind="reply", *, htmx=True, **fields):
    fields.setdefault("body_html", "<p>Hello.</p>")
    fields.setdefault("client_key", "a" * 32)
    return client.post(f"/t/{ticket.number}/{kind}/", fields, **(HTMX if htmx else {}))


def upload(agent, ticket, name="report.pdf", content=b"%PDF-1.4"):
    [stored] = files.store([files.NewFile(name=name, content=content)], ticket=ticket, uploaded_by=agent)
    return stored


class TestReply:
    def test_it_is_queued_and_can_be_undone_from_the_toast(self, client, agent, ticket):
        answer = send(client, ticket, cc="boss@example.org", status="pending")

        message = ticket.messages.last()
        ticket.refresh_from_db()
        assert answer.status_code == 200
        assert (message.delivery, message.text.strip(), message.author_agent) == ("queued", "Hello.", agent)
        assert message.recipients["cc"] == ["boss@example.org"]
        assert ticket.status_id == "pending"
        toast = json.loads(answer["HX-Trigger"])["desk:toast"]
        assert toast["action_url"] == f"/t/{ticket.number}/messages/{message.pk}/undo/"

    def test_without_an_undo_window_there_is_nothing_to_undo(self, client, agent, ticket):
        desk.change(None, undo_send_seconds=0)

        assert "action" not in json.loads(send(client, ticket)["HX-Trigger"])["desk:toast"]

    def test_the_same_form_sent_twice_is_one_reply(self, client, agent, ticket):
        for _ in range(2):
            assert send(client, ticket).status_code == 200

        assert ticket.messages.filter(author_agent=agent).count() == 1

    def test_whoever_gets_a_copy_may_answer_it(self, client, agent, ticket):
        send(client, ticket, cc="Boss@Example.org; chief@example.org")

        taking_part = {row.customer.email for row in ticket.participants.all()}
        assert taking_part == {"boss@example.org", "chief@example.org"}

    def test_without_scripts_plain_text_becomes_paragraphs(self, client, agent, ticket):
        answer = send(client, ticket, htmx=False, body_html="", body="Hello <b>\n\nSecond.")

        message = ticket.messages.last()
        assert answer.url == f"/t/{ticket.number}/#message-{message.pk}"
        assert "<p>Hello &lt;b&gt;</p><p>Second.</p>" in message.html

    def test_without_scripts_files_come_with_the_form(self, client, agent, ticket):
        sent = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")]
        send(client, ticket, htmx=False, files=sent)

        assert [file.name for file in ticket.messages.last().attachments.all()] == ["a.txt", "b.txt"]

    def test_uploads_and_pictures_in_the_text_go_along(self, client, agent, ticket):
        tile, picture = upload(agent, ticket), upload(agent, ticket, "shot.png", b"\x89PNG\r\n\x1a\n")
        html = f'<p>See <img src="/files/{picture.token}/"></p>'

        send(client, ticket, body_html=html, attachments=[tile.token])

        stored = {file.name: file.is_inline for file in ticket.messages.last().attachments.all()}
        assert stored == {"report.pdf": False, "shot.png": True}


class TestWhatIsNotSent:
    def test_somebody_elses_upload_is_left_where_it_is(self, client, agent, ticket):
        theirs, elsewhere = upload(make_agent(), ticket), upload(agent, make_ticket())

        send(client, ticket, attachments=[theirs.token, elsewhere.token, "x"])

        assert not ticket.messages.last().attachments.exists()
        assert Attachment.objects.filter(message=None).count() == 2

    def test_newer_words_stop_it_and_are_shown(self, client, agent, ticket):
        seen = ticket.events.last().pk
        newer = make_message(ticket, text="Never mind, <b>solved</b>!")

        answer = send(client, ticket, last_seen_event=seen)

        assert answer.status_code == 409
        assert "Never mind, &lt;b&gt;solved&lt;/b&gt;!" in answer.content.decode()
        assert f'data-send-anyway="{newer.events.first().pk}"' in answer.content.decode()
        assert not ticket.messages.filter(author_agent=agent).exists()

    def test_sent_anyway_it_goes(self, client, agent, ticket):
        newer = make_message(ticket)

        assert send(client, ticket, last_seen_event=newer.events.last().pk).status_code == 200

    def test_ones_own_note_does_not_stop_it(self, client, agent, ticket):
        seen = ticket.events.last().pk
        replies.add_note(ticket=ticket, author=agent, html="<p>Mine.</p>")

        assert send(client, ticket, last_seen_event=seen).status_code == 200

    @pytest.mark.parametrize(
        "text",
        ["See the attached file.", "Im Anhang finden Sie die Rechnung", "Vous trouverez ci-joint le devis"],
    )
    def test_a_promised_file_that_is_missing_is_asked_about_once(self, client, agent, ticket, text):
        asked = send(client, ticket, body_html=f"<p>{text}</p>")

        assert asked.status_code == 409
        assert "none is attached" in asked.content.decode()
        assert send(client, ticket, body_html=f"<p>{text}</p>", without_file="on").status_code == 200

    @pytest.mark.parametrize(
        "text", ["We are attached to you", "reattachment of the panel", "The Anhangkupplung broke"]
    )
    def test_other_words_promise_nothing(self, client, agent, ticket, text):
        status = send(client, ticket, body_html=f"<p>{text}</p>").status_code
        assert status == (409 if "attached" in text else 200)

    def test_with_the_file_nothing_is_asked(self, client, agent, ticket):
        file = upload(agent, ticket)

        assert (
            send(client, ticket, body_html="<p>See attached</p>", attachments=[file.token]).status_code == 200
        )

    def test_a_wrong_address_is_named(self, client, agent, ticket):
        answer = send(client, ticket, cc="ana@exmple, bob@example.org")

        assert answer.status_code == 422
        assert "“ana@exmple” is not an email address" in answer.content.decode()

    def test_nothing_is_refused_with_a_sentence(self, client, agent, ticket):
        answer = send(client, ticket, body_html="<p></p>")

        assert answer.status_code == 409
        assert "Write something first" in json.loads(answer["HX-Trigger"])["desk:toast"]["text"]

    def test_without_scripts_what_was_written_comes_back_in_the_form(self, client, agent, ticket):
        seen = ticket.events.last().pk
        make_message(ticket, text="Never mind!")

        page = client.post(
            f"/t/{ticket.number}/reply/",
            {"body": "My long answer", "cc": "a@b.test", "last_seen_event": seen},
        )

        assert page.status_code == 409
        text = page.content.decode()
        assert "My long answer" in text
        assert "Never mind!" in text
        assert 'value="a@b.test"' in text


class TestNote:
    def test_it_stays_inside(self, client, agent, ticket):
        answer = send(client, ticket, "note")

        note = ticket.messages.last()
        assert answer.status_code == 200
        assert note.is_note
        assert not Message.objects.public().filter(pk=note.pk).exists()

    def test_it_cannot_be_addressed_nor_made_public_by_its_form(self, client, agent, ticket):
        send(client, ticket, "note", cc="boss@example.org", visibility="public", status="solved")

        ticket.refresh_from_db()
        assert ticket.messages.last().is_note
        assert ticket.status_id == "open"
        assert not ticket.participants.exists()


class TestDrafts:
    def save(self, client, ticket, mode="reply", **fields):
        return client.post(f"/t/{ticket.number}/draft/{mode}/", fields)

    def test_each_composer_keeps_its_own(self, client, agent, ticket):
        self.save(client, ticket, "reply", body_html="<p>To the customer</p>", revision=0)
        self.save(client, ticket, "note", body_html="<p>Between us</p>", revision=0)

        kept = {draft.mode: draft.html for draft in Draft.objects.filter(agent=agent)}
        assert kept == {"reply": "<p>To the customer</p>", "note": "<p>Between us</p>"}

    def test_saving_counts_up(self, client, agent, ticket):
        revisions = [self.save(client, ticket, body="x", revision=n).json()["revision"] for n in range(3)]

        assert revisions == [1, 2, 3]

    def test_an_older_window_does_not_overwrite_a_newer_one(self, client, agent, ticket):
        self.save(client, ticket, body_html="<p>newer</p>", revision=0)
        answer = self.save(client, ticket, body_html="<p>older</p>", revision=0)

        assert answer.status_code == 409
        assert answer.json()["html"] == "<p>newer</p>"
        assert answer.json()["revision"] == 1
        assert Draft.objects.get().html == "<p>newer</p>"

    def test_what_is_kept_is_clean(self, client, agent, ticket):
        self.save(client, ticket, body_html="<p onclick=x>hi<script>alert(1)</script></p>", revision=0)

        assert Draft.objects.get().html == "<p>hi</p>"

    def test_it_comes_back_with_its_files(self, client, agent, ticket):
        tile, picture = upload(agent, ticket), upload(agent, ticket, "shot.png", b"\x89PNG\r\n\x1a\n")
        html = f'<p><img src="/files/{picture.token}/"></p>'
        self.save(client, ticket, body_html=html, attachments=[tile.token], cc="a@b", revision=0)

        kept = client.get(f"/t/{ticket.number}/draft/reply/").json()

        assert kept["cc"] == "a@b"
        assert [file["id"] for file in kept["files"]] == [tile.token]
        assert picture.token in kept["html"]
        assert set(Draft.objects.get().attachments.all()) == {tile, picture}

    def test_putting_and_throwing_away(self, client, agent, ticket):
        url = f"/t/{ticket.number}/draft/note/"
        client.put(url, "body=Hello&revision=0", content_type="application/x-www-form-urlencoded")
        assert Draft.objects.get().html == "<p>Hello</p>"

        assert client.delete(url).status_code == 204
        assert client.get(url).json()["html"] == ""

    def test_sending_retires_it(self, client, agent, ticket):
        self.save(client, ticket, body="x", revision=0)
        send(client, ticket)

        assert not Draft.objects.exists()

    def test_undoing_brings_it_back(self, client, agent, ticket):
        send(client, ticket, body_html="<p>Hasty.</p>", cc="boss@example.org")
        message = ticket.messages.last()

        answer = client.post(f"/t/{ticket.number}/messages/{message.pk}/undo/", **HTMX)

        assert json.loads(answer["HX-Trigger"])["desk:undone"]["mode"] == "reply"
        draft = client.get(f"/t/{ticket.number}/draft/reply/").json()
        assert (draft["html"], draft["cc"]) == ("<p>Hasty.</p>", "boss@example.org")

    def test_there_are_two_composers_and_no_third(self, client, agent, ticket):
        assert client.get(f"/t/{ticket.number}/draft/forward/").status_code == 404

    def test_an_agent_who_may_not_answer_has_no_draft_of_an_answer(self, client, ticket):
        client.force_login(make_agent(role="Light agent"))

        assert self.save(client, ticket, "reply", body="x").status_code == 403
        assert self.save(client, ticket, "note", body="x").status_code == 200

    def test_a_draft_is_its_writers_alone(self, client, agent, ticket):
        drafts.save(ticket=ticket, agent=make_agent(), mode="reply", html="<p>Not yours</p>", revision=0)

        assert client.get(f"/t/{ticket.number}/draft/reply/").json()["html"] == ""


class TestUploads:
    def post(self, client, ticket, name="report.pdf", content=b"%PDF-1.4 ..."):
        return client.post(f"/t/{ticket.number}/uploads/", {"file": SimpleUploadedFile(name, content)})

    def test_a_file_is_stored_for_its_uploader(self, client, agent, ticket):
        answer = self.post(client, ticket)

        stored = Attachment.objects.get()
        assert answer.status_code == 201
        assert answer.json() == {
            "id": stored.token,
            "name": "report.pdf",
            "size": 12,
            "content_type": "application/pdf",
            "url": f"/files/{stored.token}/",
        }
        assert (stored.uploaded_by, stored.ticket, stored.message) == (agent, ticket, None)
        assert len(stored.token) >= 32

    def test_a_draft_file_is_out_of_reach_for_others(self, client, agent, ticket):
        url = self.post(client, ticket).json()["url"]
        assert b"".join(client.get(url)) == b"%PDF-1.4 ..."

        client.force_login(make_agent(role="Admin"))
        assert client.get(url).status_code == 404

    def test_too_large_a_file_is_refused_with_a_sentence(self, client, agent, ticket):
        desk.change(None, max_file_bytes=2**20)
        answer = self.post(client, ticket, content=b"x" * (2**20 + 1))

        assert answer.status_code == 413
        assert "larger than 1 MB" in answer.json()["error"]
        assert not Attachment.objects.exists()

    def test_no_file_no_upload(self, client, agent, ticket):
        assert client.post(f"/t/{ticket.number}/uploads/").status_code == 400

    def test_who_may_not_write_may_not_upload(self, client, ticket):
        client.force_login(make_agent(role="Observer"))

        assert self.post(client, ticket).status_code == 403

    def test_a_flood_is_stopped(self, client, agent, ticket, monkeypatch):
        monkeypatch.setattr("tickets.views.drafts.UPLOADS_A_MINUTE", 2)

        assert [self.post(client, ticket).status_code for _ in range(3)] == [201, 201, 429]
