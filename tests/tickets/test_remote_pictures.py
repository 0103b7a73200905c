"""Pictures of a mail that lie elsewhere: blocked, shown at a press of the button, and never an open proxy."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from foundation import tokens
from tests.foundation.test_pictures import image
from tests.make import make_agent, make_message, make_ticket
from tests.web_server import say
from tickets import remote_pictures

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept_here(settings, tmp_path):
    settings.PICTURE_CACHE = tmp_path / "pictures"
    settings.SITE_URL = "https://desk.test"


@pytest.fixture
def agent(client):
    agent = make_agent()
    client.force_login(agent)
    return agent


@pytest.fixture
def mail(web_server):
    web_server.answer = lambda request: say(request, 200, image(), Content_Type="text/html")
    html = (
        f'<img src="{web_server.url}/logo.png?a=1&amp;b=2" width="60" height="60">'
        f'<img src="{web_server.url}/pixel.gif" width="1" height="1">'
        f'<table background="{web_server.url}/paper.png"><tr><td>Hi</td></tr></table>'
    )
    return make_message(make_ticket(), text="Hi", html=html)


def body_url(message):
    return f"/t/{message.ticket.number}/messages/{message.pk}/body/"


def pressed(client, message):
    """What the frame shows once the button in it was pressed."""
    waiting = client.get(body_url(message)).text
    [button] = re.findall(r'<a href="(\?pictures=\w+)"', waiting)
    return client.get(body_url(message) + button)


def pictures_in(frame):
    body = frame.text.split("<body", 1)[1]
    return [unescape(url) for url in re.findall(r'(?:src|background)="([^"]+)"', body)]


def test_security24_nothing_is_fetched_until_the_button_is_pressed(client, agent, mail, web_server):
    frame = client.get(body_url(mail))

    assert pictures_in(frame) == []
    assert "2 pictures from elsewhere are not shown" in frame.text
    assert web_server.asked == []


def test_the_button_shows_them_through_the_desk_and_trackers_never(client, agent, mail, web_server):
    frame = pressed(client, mail)

    shown = pictures_in(frame)
    assert [urlsplit(url).path for url in shown] == [body_url(mail).replace("body", "picture")] * 2
    assert "img-src 'self' data:;" in frame["Content-Security-Policy"]
    assert "pixel.gif" not in frame.text
    for url in shown:
        answer = client.get(url)
        assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/png", image())
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox; default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
    assert [path for _method, path, *_rest in web_server.asked] == ["/logo.png?a=1&b=2", "/paper.png"]


@pytest.mark.parametrize("press", ["1", "", "x" * 26, "of-a-colleague"])
def test_no_link_presses_the_button(client, agent, mail, press):
    if press == "of-a-colleague":
        press = remote_pictures.wish(mail, make_agent())

    assert pictures_in(client.get(f"{body_url(mail)}?pictures={press}")) == []


def test_security80_the_desk_is_no_open_proxy(client, agent, mail, web_server):
    [url, _other] = pictures_in(pressed(client, mail))
    given = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    path = urlsplit(url).path
    other = make_message(make_ticket(), text="x", html="<img src=x>")
    forged = [
        {**given, "of": f"{web_server.url}/else.png"},
        {**given, "proof": ""},
        {**given, "proof": given["proof"][:-1]},
        {**given, "proof": tokens.mac("else", mail.pk, given["of"])},
        {"of": given["of"]},
        {},
    ]

    assert [client.get(f"{path}?{urlencode(each)}").status_code for each in forged] == [404] * 6
    moved = path.replace(f"/{mail.ticket.number}/", f"/{other.ticket.number}/").replace(
        f"/{mail.pk}/", f"/{other.pk}/"
    )
    assert client.get(f"{moved}?{urlencode(given)}").status_code == 404
    assert web_server.asked == []


def test_only_who_sees_the_ticket_sees_its_pictures(client, agent, mail, web_server):
    [url, _other] = pictures_in(pressed(client, mail))

    client.force_login(make_agent(role="Team agent", team="Billing"))
    assert client.get(url).status_code == 404
    client.logout()
    assert client.get(url).status_code == 302
    assert web_server.asked == []


def test_what_is_no_picture_is_not_found(client, agent, mail, web_server):
    [url, _other] = pictures_in(pressed(client, mail))
    web_server.answer = lambda request: say(request, 200, b"<svg onload='alert(1)'/>")

    assert client.get(url).status_code == 404


def test_a_mail_of_a_thousand_pictures_does_not_make_the_desk_a_hammer(
    client, agent, mail, web_server, monkeypatch
):
    monkeypatch.setattr(remote_pictures, "PER_AGENT", 1)
    first, second = pictures_in(pressed(client, mail))

    assert [client.get(first).status_code, client.get(second).status_code] == [200, 404]
    assert len(web_server.asked) == 1
