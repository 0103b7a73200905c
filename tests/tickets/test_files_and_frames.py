"""What strangers send is shown without doing anything: files, and mails in their frames."""

import re

import pytest

from tests.make import make_agent, make_message, make_ticket
from tickets import files
from tickets.models import Message
from tickets.services import replies

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def agent(client):
    agent = make_agent()
    client.force_login(agent)
    return agent


def stored(name, content, claimed="", **fields):
    ticket = make_ticket()
    fields.setdefault("message", ticket.messages.get())
    new = files.NewFile(name=name, content=content, content_type=claimed)
    [file] = files.store([new], ticket=ticket, **fields)
    return file


def fetch(client, file, query=""):
    answer = client.get(f"/files/{file.token}/{query}")
    answer.body = b"".join(answer)  # closes the file too
    return answer


class TestFiles:
    def test_a_picture_shows_in_place(self, client, agent):
        answer = fetch(client, stored("shot.png", PNG))

        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"].startswith("inline")
        assert answer.body == PNG

    @pytest.mark.parametrize(
        ("name", "content", "claimed"),
        [
            ("logo.svg", SVG, "image/svg+xml"),
            ("logo.png", SVG, "image/png"),
            ("page.html", HTML, "text/html"),
            ("page.txt.html", HTML, "text/html"),
            ("feed.xml", b"<?xml version='1.0'?><x/>", "application/xml"),
            ("report.pdf", b"%PDF-1.4 /JS", "application/pdf"),
            ("run.exe", b"MZ\x90\x00", "image/png"),
            ("mail.eml", b"From: x", "message/rfc822"),
        ],
    )
    def test_security32_what_could_run_is_a_download_of_no_kind(self, client, agent, name, content, claimed):
        answer = fetch(client, stored(name, content, claimed))

        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment")

    def test_text_that_holds_html_stays_text(self, client, agent):
        answer = fetch(client, stored("notes.txt", HTML, "text/plain"))

        assert answer["Content-Type"] == "text/plain; charset=utf-8"

    @pytest.mark.parametrize("content", [PNG, SVG, HTML])
    def test_security32_every_answer_is_locked_up(self, client, agent, content):
        answer = fetch(client, stored("x", content))

        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize(
        "name",
        [
            'a"; filename="evil.html',
            "line\r\nX-Evil: yes.pdf",
            "../../etc/passwd",
            "..\\..\\windows.ini",
            "gr\u202egnp.exe",
            "zero\u200bwidth.pdf",
            "Rechnung für März.pdf",
            "請求書.pdf",
            "\0.pdf",
            ". .",
        ],
    )
    def test_security34_no_name_breaks_out_of_its_header(self, client, agent, name):
        answer = fetch(client, stored(name, b"%PDF-1.4"), "?download")

        disposition = answer["Content-Disposition"]
        assert re.fullmatch(
            r"""attachment(; filename="(?:[^"\\\x00-\x1f]|\\.)*"|; filename\*=utf-8''[\w%.~+-]+)?""",
            disposition,
        )
        assert ".." not in disposition
        assert "X-Evil" not in answer.headers

    def test_a_file_of_a_ticket_out_of_sight_does_not_exist(self, client):
        file = stored("shot.png", PNG)
        client.force_login(make_agent(role="Team agent", team="Billing"))

        assert client.get(f"/files/{file.token}/").status_code == 404
        assert client.get(f"/files/{'x' * 43}/").status_code == 404

    def test_a_file_that_is_gone_from_the_disk_is_404_and_no_fault(self, client, agent):
        file = stored("shot.png", PNG)
        file.file.storage.delete(file.file.name)

        assert client.get(f"/files/{file.token}/").status_code == 404

    def test_pictures_and_downloads_are_tiles_of_their_message(self, client, agent):
        file = stored("report <b>.pdf", b"%PDF-1.4")
        page = client.get(file.ticket.get_absolute_url()).content.decode()

        assert "report &lt;b&gt;.pdf" in page
        assert f'href="/files/{file.token}/?download"' in page


MAIL = """
<style>body{display:none}</style><script>alert(1)</script>
<table bgcolor="#ffee00" onclick="alert(1)"><tr><td style="position:fixed;inset:0;background:yellow">
<img src="https://tracker.test/pixel.gif" width="1" height="1">
<img src="https://shop.test/logo.png" width="200" height="60">
<img src="cid:logo@shop"><a href="javascript:alert(1)">x</a><a href="https://shop.test/">y</a>
</td></tr></table><iframe src="https://evil.test"></iframe><form action="https://evil.test"><input></form>
"""


class TestFrames:
    def mail(self, html=MAIL, **fields):
        ticket = make_ticket()
        inline = files.NewFile(name="logo.png", content=PNG, content_id="logo@shop", is_inline=True)
        return make_message(ticket, text="A sale.", html=html, files=[inline], **fields)

    def frame(self, client, message, query=""):
        return client.get(f"/t/{message.ticket.number}/messages/{message.pk}/body/{query}")

    def test_a_mail_with_looks_of_its_own_is_shown_in_a_frame(self, client, agent):
        message = self.mail()
        page = client.get(message.ticket.get_absolute_url()).content.decode()

        [frame] = re.findall(r"<iframe[^>]+>", page)
        assert f"/messages/{message.pk}/body/" in frame
        assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in frame
        assert "A sale" not in page.split("<iframe")[1]

    def test_a_plain_one_joins_the_page(self, client, agent):
        message = self.mail("<div dir=ltr>Hello <b>you</b></div>")
        page = client.get(message.ticket.get_absolute_url()).content.decode()

        assert "<iframe" not in page
        assert "Hello <b>you</b>" in page

    def test_security19_nothing_in_it_can_run_or_call_out(self, client, agent):
        answer = self.frame(client, self.mail())
        body = answer.content.decode().split("<body", 1)[1]

        for tag in (
            "<script",
            "<style",
            "<iframe",
            "<form",
            "<input",
            "onclick",
            "javascript:",
            "position",
            "tracker",
        ):
            assert tag not in body
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "allow-scripts" not in policy
        assert "img-src 'self' data:;" in policy
        assert "frame-ancestors 'self'" in policy
        assert answer["Referrer-Policy"] == "no-referrer"

    def test_its_own_pictures_show_and_remote_ones_wait(self, client, agent):
        message = self.mail()
        body = self.frame(client, message).content.decode()

        assert f'src="/files/{message.attachments.get().token}/"' in body
        assert "shop.test/logo.png" not in body
        assert "1 picture from elsewhere is not shown" in body

    def test_a_mail_that_sets_colours_lies_on_white_paper(self, client, agent):
        agent.theme = "dark"
        agent.save()
        coloured = self.frame(client, self.mail()).content.decode()
        plain = self.frame(client, self.mail('<p style="margin:0">Hi</p>')).content.decode()

        assert '<html class="paper">' in coloured
        assert '<html class="dark">' in plain

    def test_quoted_history_with_looks_is_shown_as_its_words(self, client, agent):
        message = self.mail("<p>Yes.</p>", quoted_html=MAIL, quoted_text="> Is it on sale?")

        page = client.get(message.ticket.get_absolute_url()).content.decode()

        assert "Is it on sale?" in page
        assert "shop.test" not in page

    def test_a_picture_that_the_mail_does_not_show_in_place_is_a_tile(self, client, agent):
        shown, hidden = self.mail(), self.mail("<p>No picture here.</p>")

        assert "logo.png" not in client.get(shown.ticket.get_absolute_url()).content.decode()
        assert "logo.png" in client.get(hidden.ticket.get_absolute_url()).content.decode()

    def test_a_message_of_another_ticket_is_not_found(self, client, agent):
        message, ticket = self.mail(), make_ticket()

        assert client.get(f"/t/{ticket.number}/messages/{message.pk}/body/").status_code == 404

    def test_without_html_there_is_no_frame(self, client, agent):
        assert self.frame(client, make_message(make_ticket())).status_code == 404

    def test_what_agents_write_is_cleaned_once_more_when_shown(self, client, agent):
        message = replies.add_note(ticket=make_ticket(), author=agent, html="<p>x</p>")
        Message.objects.filter(pk=message.pk).update(html="<p>x<img src=x onerror=alert(1)></p>")

        assert "onerror" not in client.get(message.ticket.get_absolute_url()).content.decode()
