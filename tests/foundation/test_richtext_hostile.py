"""Whatever comes in, what goes out neither runs, nor fetches, nor covers anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, Route

from foundation import richtext
from foundation.richtext import mail, markup, written
from tests.foundation.hostile_html import HOSTILE

CID = {"logo@shop": "/files/token/"}


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://desk.test"


class Elements(HTMLParser):
    """A second opinion: all tags and attributes that a parser of another make finds."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_comment(self, data):
        raise AssertionError("a comment got through")

    handle_decl = handle_pi = unknown_decl = handle_comment


def faults(html, *, tags, attributes):
    """What is in this HTML that may not be there."""
    for tag, present in Elements(html).found:
        allowed = attributes["*"] | attributes.get(tag, set()) | {"rel", "target"}
        if tag not in tags:
            yield tag
        for name, value in present.items():
            if name not in allowed:
                yield f"{tag} {name}"
            if name == "href" and urlsplit(value).scheme not in ("http", "https", "mailto", "tel"):
                yield f"{tag} {name}={value}"
            if name == "style" and re.search(
                r"url|expression|position|index|@|\\|/\*|<|var|image|-\d{2,}px", value, re.I
            ):
                yield f"{tag} {name}={value}"
            if name in ("src", "background") and not re.fullmatch(
                r"/files/\w+/|data:image/(png|gif|jpeg|webp);base64,\S+", value
            ):
                yield f"{tag} {name}={value}"


def render(html):
    return richtext.render_mail(html, cid_urls=CID).html


@pytest.mark.parametrize("html", HOSTILE)
def test_security20_nothing_hostile_is_left(html):
    assert list(faults(richtext.clean(html), tags=written.TAGS, attributes=written.ATTRIBUTES)) == []
    assert list(faults(render(html), tags=mail.TAGS, attributes=mail.ATTRIBUTES)) == []


@pytest.mark.parametrize("html", HOSTILE)
def test_a_mail_that_may_show_its_pictures_still_fetches_nothing_else(html):
    shown = richtext.render_mail(html, cid_urls=CID, remote_url="/picture/?of={}".format).html

    for tag, present in Elements(shown).found:
        for source in (present.get("src"), present.get("background")):
            assert source is None or re.match(
                r"/picture/\?of=https://evil\.test/|/files/token/|data:image/png", source
            )
        assert tag in mail.TAGS
        assert "url" not in present.get("style", "")
        assert not any(name.startswith("on") or name == "srcset" for name in present)


OPENERS = [
    "<svg>",
    "<math>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<select>",
    "<template>",
    "<title>",
    "<noscript>",
]
CRUMBS = [
    "<",
    ">",
    "\n",
    "x",
    "&lt;",
    "&#60;",
    "'",
    '"',
    "<a href='",
    '<p title="',
    "<img src=",
    "<textarea>",
]
TAGS = [f"<{slash}{tag}>" for tag in sorted(mail.TAGS) for slash in ("", "/")]
PIECES = st.sampled_from([*HOSTILE, *TAGS, *OPENERS, *CRUMBS])
SOUP = st.lists(PIECES, max_size=12).map("".join) | st.text(alphabet="<>/='\"&; abimgstyle-!\n", max_size=80)


@settings(max_examples=400, deadline=None)
@given(SOUP)
def test_security20_cleaning_twice_changes_nothing(html):
    once = richtext.clean(html)

    assert richtext.clean(once) == once
    assert list(faults(once, tags=written.TAGS, attributes=written.ATTRIBUTES)) == []


@settings(max_examples=200, deadline=None)
@given(SOUP)
def test_no_soup_of_tags_gets_through_as_a_mail(html):
    assert list(faults(render(html), tags=mail.TAGS, attributes=mail.ATTRIBUTES)) == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | SOUP)
def test_text_made_html_needs_no_cleaning(text):
    html = richtext.from_text(text)

    assert richtext.clean(html) == html


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 300_000,
        "<p>" + "<font color=red>" * 40_000 + "</p>" + "<p>x</p>" * 40_000,
        "<b><div></b>" * 60_000,
        "<table><tr><td>" * 60_000 + "</div>" * 100_000,
        "<b>" * 15 + "<i></b>" * 100_000,
        "<a " + " ".join(f"b{n}" for n in range(200_000)) + ">",
        "<a " * 600_000,
        "<a ='" * 300_000,
        "<a b=\"'" * 250_000,
        "<!--" * 400_000,
        "<style>" * 200_000,
        "<a" + " " * 1_900_000 + ">",
        "<a href=" * 200_000,
        "x" * 3_000_000,
        "a\n\n" * 600_000,
        "</p>" * 500_000,
        "&#" + "9" * 1_000_000 + ";",
        "www." * 400_000,
        "http://" + ")" * 1_000_000,
        "a@" * 600_000,
        "<p style='" + "a:b;" * 300_000 + "'>",
        "<img src='data:image/png;base64," + "A" * 1_500_000 + "'>",
    ],
    ids=lambda html: html[:20],
)
def test_nothing_makes_a_renderer_choke(html):
    """Each takes well under a second; a quadratic one would take minutes, or all memory."""
    for result in (richtext.clean(html), render(html), richtext.to_text(html), richtext.from_text(html)):
        assert len(result) < 60_000_000


def test_a_tangle_of_tags_comes_out_shallow_and_small():
    shaped = markup.shape(
        "<font>" * 5_000 + "<div>" * 5_000, markup.FORMATTING | markup.BLOCKS, lambda tag, kept: (tag, kept)
    )

    assert shaped.count("<font>") == markup.MAX_FORMATTING
    assert shaped.count("<div>") == markup.MAX_DEPTH - markup.MAX_FORMATTING


def what_a_browser_does(page: Page, documents: list[str]) -> list[str]:
    """Show them, both as a page reads them and as a script puts them in; return all it ran and asked for."""
    done: list[str] = []

    def note_and_refuse(route: Route) -> None:
        done.append(route.request.url)
        route.abort()

    page.route("**/*", note_and_refuse)
    page.expose_function("pwned", lambda: done.append("pwned()"))
    page.set_content("<main></main>")
    for html in documents:
        html = html.encode("utf-8", "replace").decode()
        page.evaluate("html => { document.querySelector('main').innerHTML = html }", html)
    page.set_content("<!doctype html><base href='http://desk.invalid/'>" + "\n".join(documents))
    page.wait_for_load_state("load")
    return [each for each in done if "/files/" not in each]


def test_a_real_browser_neither_runs_nor_fetches_anything(page: Page, watch):
    watch.allow("/files/")  # our own attachments may be asked for
    documents = [richtext.clean(html) for html in HOSTILE] + [render(html) for html in HOSTILE]

    assert what_a_browser_does(page, documents) == []


def test_the_browser_would_have_run_and_fetched_it_otherwise(page: Page, watch):
    watch.allow(".*")
    done = what_a_browser_does(page, ["<img src=https://evil.test/a.png>", "<img src=x onerror=pwned()>"])

    assert {"https://evil.test/a.png", "pwned()"} <= set(done)
