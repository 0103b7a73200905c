"""The marks, moments and controls that every template uses, and the house rules for templates themselves."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation

from foundation import moments
from foundation.templatetags import desk_ui

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("UTC"))  # a Friday
TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
SPRITE = set(Path(settings.BASE_DIR, "static", "icons.txt").read_text().split("\n"))
# A mail has neither our style sheet nor our content policy.
PAGES = [path for path in TEMPLATES if "mail" not in path.parts and path.name != "mail_frame.html"]


@pytest.fixture(autouse=True)
def _utc():
    with timezone.override("UTC"), translation.override("en"):
        yield


def shown(source: str, **context: object) -> str:
    return Template("{% load desk_ui %}" + source).render(Context(context)).strip()


# ---- Icons and faces


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in shown('{% icon "mail" %}')
    assert 'role="img" aria-label="By mail"' in shown('{% icon "mail" 20 "By mail" %}')


def test_an_icon_that_points_along_the_line_turns_with_the_writing():
    assert "icon-turns" in shown('{% icon "arrow-left" %}')


def test_a_face_keeps_its_hue():
    assert desk_ui.hue("Ana Díaz") == desk_ui.hue(" ana díaz ")
    assert 0 <= desk_ui.hue("") < desk_ui.HUES


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Díaz", "AD"),
        ("Ana María de la Cruz Díaz", "AD"),
        ("Ana", "A"),
        ("ana.diaz@example.org", "AD"),
        ("请求", "请"),
        ("", "?"),
        (None, "?"),
        ("— —", "?"),
        ("<b>", "?"),
    ],
)
def test_initials_are_of_the_first_and_the_last_name(name, letters):
    assert desk_ui.initials(name) == letters


@pytest.mark.parametrize("kind", ["email", "form", "whatsapp", "a-channel-of-tomorrow"])
def test_every_channel_has_an_icon_of_the_sprite(kind):
    assert desk_ui.channel_icon(kind) in SPRITE


@pytest.mark.parametrize("content_type", ["image/png", "application/pdf", "text/x-unknown", "x/y", ""])
def test_every_file_has_an_icon_of_the_sprite(content_type):
    assert desk_ui.file_icon(content_type) in SPRITE


# ---- Moments


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=4), "4 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=2), "Wed 12:00"),
        (timedelta(days=60), "21 Sep"),
        (timedelta(days=500), "8 Jul 2025"),
        (timedelta(minutes=-5), "now"),
    ],
)
def test_a_queue_tells_how_long_ago(before, words):
    assert moments.ago(NOON - before, at=NOON) == words


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(hours=2), "Today 10:00"),
        (timedelta(days=1), "Yesterday 12:00"),
        (timedelta(days=3), "Tue 12:00"),
        (timedelta(days=60), "21 Sep 12:00"),
        (timedelta(days=500), "8 Jul 2025 12:00"),
    ],
)
def test_a_message_prints_its_exact_moment(before, words):
    with mock.patch.object(timezone, "now", return_value=NOON):
        assert words in desk_ui.exact_time(NOON - before)


def test_a_moment_carries_its_zone_and_what_machines_read():
    with timezone.override("Asia/Tokyo"):
        html = desk_ui.exact_time(NOON)

    assert 'datetime="2026-11-20T12:00:00+00:00"' in html
    assert "21:00:00 JST" in html


def test_whoever_wants_exact_moments_gets_them_in_lists_too():
    html = shown("{% queue_time at %}", at=timezone.now(), exact_times=True)

    assert "Today" in html


def test_a_moment_that_never_was_shows_nothing():
    assert shown("{% exact_time at %}{% queue_time at %}", at=None) == ""


# ---- Sizes


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (213_900, "214 kB"),
        (999_600, "1.0 MB"),
        (1_400_000, "1.4 MB"),
        (25_000_000, "25 MB"),
        (3_200_000_000, "3.2 GB"),
        (None, "0 B"),
    ],
)
def test_a_size_is_said_as_file_managers_do(size, words):
    assert desk_ui.file_size(size) == words


# ---- Forms


class Request(forms.Form):
    email = forms.EmailField(help_text="We answer to this address.")
    kind = forms.ChoiceField(choices=[("a", "A question")], widget=forms.RadioSelect)
    copy = forms.BooleanField(required=False, label="Send me a copy")
    text = forms.CharField(widget=forms.Textarea)


def field(name: str, data: dict[str, str] | None = None) -> str:
    return shown('{% include "components/field.html" %}', field=Request(data)[name])


def test_a_field_names_its_hint_and_its_error():
    html = field("email", {"email": "x"})

    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert 'id="id_email_helptext"' in html
    assert 'id="id_email_error"' in html


def test_choices_are_a_group_with_a_legend():
    html = field("kind")

    assert "<fieldset" in html
    assert "<legend" in html
    assert 'class="radio"' in html


def test_a_tick_stands_before_its_words():
    assert re.search(r'<input[^>]*class="checkbox"[^>]*>\s*<span>Send me a copy</span>', field("copy"))


def test_what_people_write_may_run_in_either_direction():
    assert 'dir="auto"' in field("text")


def test_the_summary_leads_to_every_field_that_did_not_pass():
    html = shown('{% include "components/error_summary.html" %}', form=Request({}))

    assert 'href="#id_email"' in html
    assert 'href="#id_text"' in html


# ---- The house rules of templates


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_template_names_only_icons_of_the_sprite(path):
    named = re.findall(r'{% icon "([\w-]+)"|\b(?:action_)?icon="([\w-]+)"', path.read_text())

    assert {first or second for first, second in named} <= SPRITE


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_page_has_nothing_that_the_content_policy_forbids(path):
    markup = re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text(), flags=re.DOTALL)

    assert not re.search(r"<[^>]*\s(style|on\w+)=|<style\b|javascript:", markup)
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", markup)
