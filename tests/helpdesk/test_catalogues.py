"""Every language that the desk offers it speaks completely."""

from __future__ import annotations

import gettext
import os
import re
import shutil
from collections import Counter

import pytest
from django.conf import settings as desk_settings
from django.test import Client
from django.utils import translation

from helpdesk import catalogues, checks
from tests.make import make_agent, make_ticket
from tests.tickets.portal import customer_client
from tickets.services import workflow

OFFERED = [code for code, _name in desk_settings.LANGUAGES if code != "en"]
# What is filled in later, and what is markup: each stands in the translation as it does in the original.
PARTS = re.compile(
    r"%%?\(\w+\)[sd]|\{\{ ?\w* ?\}\}|\{\w*\}|</?\w+>|\*\*|\]\(|https?://[\w./]+|HELPDESK_\w+|manage\.py \w+"
)


def forms(message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def translations(message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def key(message):
    return message.id, message.context


@pytest.fixture(scope="module")
def collected():
    return catalogues.collect()


def test_there_is_a_catalogue_for_each_language_and_no_other():
    assert catalogues.languages() == sorted(OFFERED)


@pytest.mark.parametrize("language", OFFERED)
def test_a_catalogue_has_the_words_of_the_code_and_no_others(language, collected):
    known = {key(message) for message in catalogues.read(language) if message.id}
    wanted = {key(message) for message in collected if message.id}

    assert wanted - known == set(), "make words, then translate them"
    assert known - wanted == set(), "make words takes them out"


@pytest.mark.parametrize("language", OFFERED)
def test_nothing_is_left_untranslated_or_in_doubt(language):
    catalogue = catalogues.read(language)

    empty = [message.id for message in catalogue if message.id and not all(translations(message))]
    assert empty == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert not catalogue.obsolete


@pytest.mark.parametrize("language", OFFERED)
def test_what_is_filled_in_stands_in_every_translation(language):
    wrong = []
    for message in catalogues.read(language):
        if not message.id:
            continue
        for original, text in zip(forms(message), translations(message), strict=True):
            is_same = Counter(PARTS.findall(text)) == Counter(PARTS.findall(original))
            if not is_same or text != text.strip() or text.count("\n") != original.count("\n"):
                wrong.append(f"{original!r} → {text!r}")

    assert wrong == []


@pytest.mark.parametrize("language", OFFERED)
def test_people_are_addressed_politely(language):
    rude = {
        "de": r"\b(du|dein|deine|dir|dich|euch)\b",
        "es": r"\b(tú|tu|tus|vosotros)\b",
        "fr": r"\b(tu|toi|ton|ta)\b",
    }

    texts = [text for message in catalogues.read(language) if message.id for text in translations(message)]

    assert [text for text in texts if re.search(rude[language], text, re.IGNORECASE)] == []


def test_words_are_found_in_modules_and_templates(tmp_path):
    module, template = tmp_path / "a.py", tmp_path / "b.html"
    module.write_text(
        '_("One")\nngettext("%(count)d file", "%(count)d files", n)\npgettext("a month", "May")\n_(name)\n_("")\n'
    )
    template.write_text(
        '{% load i18n %}\n  {% translate "Two" %}\n<p>{% blocktranslate count n=x trimmed %}\n    {{ n }} thing\n'
        "  {% plural %}\n    {{ n }} things\n  {% endblocktranslate %}"
    )

    found = [word[1:] for path in (module, template) for word in catalogues.words_of(path)]

    assert [(message, context) for message, _comments, context in found if message] == [
        ("One", None),
        (("%(count)d file", "%(count)d files"), None),
        ("May", "a month"),
        ("Two", None),
        (("%(n)s thing", "%(n)s things"), None),
    ]


def test_a_new_word_is_put_in_empty_and_an_old_one_taken_out(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    known, found = catalogues.Catalog(locale="de"), catalogues.Catalog()
    known.add("Save", "Speichern")
    known.add("Gone", "Weg")
    catalogues.write("de", known)
    found.add("Save")
    found.add("Saved")

    catalogues.update("de", found)

    assert {message.id: message.string for message in catalogues.read("de") if message.id} == {
        "Save": "Speichern",
        "Saved": "",
    }


def test_compiled_words_are_what_gettext_reads(tmp_path, monkeypatch):
    shutil.copytree(catalogues.LOCALE, tmp_path / "locale", ignore=shutil.ignore_patterns("*.mo"))
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path / "locale")

    catalogues.compile_all()

    german = gettext.translation("django", tmp_path / "locale", ["de"])
    assert german.gettext("Save") == "Speichern"
    assert german.ngettext("%(count)d message came or left through it.", "…", 2).startswith(
        "%(count)d Nachrichten"
    )


def test_who_forgot_to_compile_is_told(settings, tmp_path):
    shutil.copytree(catalogues.LOCALE, tmp_path / "locale", ignore=shutil.ignore_patterns("*.mo"))
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    assert [warning.id for warning in checks.every_language_can_be_spoken()] == ["helpdesk.W001"]

    for language in OFFERED:
        (tmp_path / "locale" / language / "LC_MESSAGES" / "django.mo").touch()
    assert checks.every_language_can_be_spoken() == []

    os.utime(tmp_path / "locale" / "de" / "LC_MESSAGES" / "django.mo", (1, 1))
    assert "de" in checks.every_language_can_be_spoken()[0].msg


def test_scripts_ask_for_words_that_are_there():
    base = catalogues.BASE
    asked = {}
    for script in (base / "static" / "js").glob("*.js"):
        for function, name in re.findall(r'\b(word|countedWord)\(\s*"(\w+)"', script.read_text()):
            asked |= dict.fromkeys(
                [name] if function == "word" else [f"{name}One", f"{name}Many"], script.name
            )
    there = {
        re.sub(r"-(\w)", lambda found: found[1].upper(), name)
        for name in re.findall(r"data-([\w-]+)=", (base / "templates/components/words.html").read_text())
    }

    assert {name: script for name, script in asked.items() if name not in there} == {}


# ---- On the pages


SPOKEN = {
    "de": (
        "Wie können wir helfen?",
        "Meine Anfragen",
        "Nicht zugewiesen",
        "Antwort senden",
        "hat den Status von",
    ),
    "es": (
        "¿En qué podemos ayudarle?",
        "Mis solicitudes",
        "Sin asignar",
        "Enviar respuesta",
        "cambió el estado de",
    ),
    "fr": (
        "Comment pouvons-nous vous aider ?",
        "Mes demandes",
        "Non attribués",
        "Envoyer la réponse",
        "a fait passer",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("language", OFFERED)
def test_customers_and_agents_read_the_desk_in_their_language(language):
    help_words, requests, unassigned, send, changed = SPOKEN[language]
    agent = make_agent(language=language)
    ticket = make_ticket(status="open")
    workflow.change_status(ticket=ticket, status="pending", actor=agent)
    desk = Client()
    desk.force_login(agent)

    home = Client(headers={"Accept-Language": language}).get("/help/").text
    mine = customer_client(ticket.requester)
    page = desk.get(ticket.get_absolute_url()).text

    assert help_words in home
    assert f'<html lang="{language}"' in home
    assert requests in mine.get("/requests/", headers={"Accept-Language": language}).text
    assert unassigned in page
    assert send in page
    assert changed in page
    assert ">Pending<" not in page + desk.get("/inbox/all/").text  # the desk's own words for a status, too


@pytest.mark.django_db
@pytest.mark.parametrize("language", OFFERED)
def test_the_switch_on_a_customers_page_switches(language):
    client = Client()

    client.post("/i18n/setlang/", {"language": language, "next": "/help/"})

    assert SPOKEN[language][0] in client.get("/help/").text


@pytest.mark.parametrize("language", OFFERED)
def test_words_of_scripts_keep_the_places_that_scripts_fill(language):
    with translation.override(language):
        words = translation.gettext("%%(count)s new messages")

    assert "%%(count)s" in words
    assert words != "%%(count)s new messages"
