"""Pictures from elsewhere are fetched by the desk: only pictures, only from outside, and once a day at most."""

from __future__ import annotations

import io
import os
import time

import pytest
from PIL import Image

from foundation import picture_cache, pictures
from foundation.errors import HelpdeskError
from foundation.pictures import PictureRefused
from tests.web_server import say


def image(kind="PNG", size=(2, 2)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size).save(content, kind)
    return content.getvalue()


def head_of_a_png(width: int, height: int) -> bytes:
    whole = bytearray(image())
    whole[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return bytes(whole)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'


@pytest.fixture(autouse=True)
def kept_here(settings, tmp_path):
    settings.PICTURE_CACHE = tmp_path / "pictures"
    settings.SITE_URL = "https://desk.test"
    settings.ALLOW_PRIVATE_HOSTS = ["127.0.0.0/8"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_comes_with_the_type_of_its_bytes(web_server, kind):
    content = image(kind)
    web_server.answer = lambda request: say(request, 200, content, Content_Type="text/html")

    picture = pictures.fetch(f"{web_server.url}/a")

    assert (picture.content_type, picture.content) == (f"image/{kind.lower()}", content)


def test_nothing_of_the_reader_goes_out(web_server):
    web_server.answer = lambda request: say(request, 200, image(), Set_Cookie="id=1")

    pictures.fetch(f"{web_server.url}/a")
    pictures.fetch(f"{web_server.url}/b")

    for _method, _path, headers, body in web_server.asked:
        sent = {name.lower() for name in headers}
        assert not sent & {"cookie", "referer", "authorization", "x-forwarded-for", "accept-language"}
        assert "desk.test" not in str(headers)
        assert body == b""


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"\n" + SVG,
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a" + b"<script>alert(1)</script>"[:2],
        image()[:20],
        b"%PDF-1.4",
        b"",
        head_of_a_png(100_000, 100_000),
        head_of_a_png(10_000, 5_001),
    ],
)
def test_what_is_no_picture_or_too_many_pixels_is_refused(web_server, content):
    web_server.answer = lambda request: say(request, 200, content, Content_Type="image/png")

    with pytest.raises(PictureRefused):
        pictures.fetch(f"{web_server.url}/a")
    with pytest.raises(PictureRefused):  # and was not kept
        pictures.fetch(f"{web_server.url}/a")
    assert len(web_server.asked) == 2


def test_no_more_is_read_than_a_picture_may_have(web_server, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_BYTES", 1000)
    web_server.answer = lambda request: say(request, 200, image() + b"\0" * 2000)

    with pytest.raises(HelpdeskError, match="too large"):
        pictures.fetch(f"{web_server.url}/a")


@pytest.mark.parametrize("status", [204, 304, 403, 404, 500])
def test_only_an_answer_that_says_ok_is_one(web_server, status):
    web_server.answer = lambda request: say(request, status, image() if status > 304 else b"")

    with pytest.raises(PictureRefused):
        pictures.fetch(f"{web_server.url}/a")


def test_it_may_have_moved_a_few_times(web_server):
    def moving(request):
        steps = int(request.path[1:])
        say(request, 302, Location=f"/{steps - 1}") if steps else say(request, 200, image())

    web_server.answer = moving

    assert pictures.fetch(f"{web_server.url}/{pictures.REDIRECTS}").content == image()
    with pytest.raises(PictureRefused):
        pictures.fetch(f"{web_server.url}/{pictures.REDIRECTS + 1}")


@pytest.mark.parametrize(
    "location",
    [
        "https://desk.test/api/v1/tickets/",
        "//desk.test/logout/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://[::1",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://2130706433.internal.invalid/",
        "",
    ],
)
def test_a_redirect_leads_neither_inside_nor_to_another_scheme(web_server, settings, location):
    web_server.answer = lambda request: say(request, 302, Location=location)

    with pytest.raises(HelpdeskError):
        pictures.fetch(f"{web_server.url}/a")
    assert {path for _method, path, *_rest in web_server.asked} <= {"/a"}


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/a.png",
        "http://10.1.2.3/",
        "http://[fd00::1]/",
        "http://0/",
        "http://desk.test/files/x/",
        "https://DESK.test:8443/",
        "data:image/png;base64,AAAA",
        "/files/x/",
        "http://a..b/",
        "http://" + "a" * 300 + ".test/",
        "http://xn--\udcff/",
        "http://[::1",
        "http://user:secret@10.0.0.1/",
        "",
    ],
)
def test_an_address_inside_or_of_no_use_is_not_asked(settings, url):
    settings.ALLOW_PRIVATE_HOSTS = []

    with pytest.raises(HelpdeskError):
        pictures.fetch(url)


def test_it_is_fetched_once_a_day(web_server, settings):
    web_server.answer = lambda request: say(request, 200, image())
    for _time in range(3):
        pictures.fetch(f"{web_server.url}/a")
    assert len(web_server.asked) == 1

    [kept] = settings.PICTURE_CACHE.iterdir()
    old = time.time() - picture_cache.KEPT - 1
    os.utime(kept, (old, old))
    pictures.fetch(f"{web_server.url}/a")

    assert len(web_server.asked) == 2


def test_what_is_kept_has_a_bound_and_the_oldest_goes_first(settings, monkeypatch):
    monkeypatch.setattr(picture_cache, "MAX_BYTES", 3000)
    for n in range(5):
        picture_cache.put(f"https://shop.test/{n}", b"x" * 1000)
        moment = time.time() - 100 + n
        os.utime(picture_cache._path(f"https://shop.test/{n}"), (moment, moment))

    there = [n for n in range(5) if picture_cache.get(f"https://shop.test/{n}")]

    assert there == [2, 3, 4]


def test_old_ones_and_leftovers_are_swept(settings):
    picture_cache.put("https://shop.test/a", b"x")
    picture_cache.put("https://shop.test/b", b"x")
    (settings.PICTURE_CACHE / ".half").write_bytes(b"x")
    old = time.time() - picture_cache.KEPT - 1
    for path in (picture_cache._path("https://shop.test/a"), settings.PICTURE_CACHE / ".half"):
        os.utime(path, (old, old))

    assert picture_cache.sweep() == 2
    assert picture_cache.get("https://shop.test/b") == b"x"


def test_a_disk_that_takes_nothing_costs_a_fetch_and_no_picture(web_server, settings, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    settings.PICTURE_CACHE = tmp_path / "file" / "pictures"
    web_server.answer = lambda request: say(request, 200, image())

    assert pictures.fetch(f"{web_server.url}/a").content == image()
    assert "could not be kept" in caplog.text
    assert picture_cache.sweep() == 0
