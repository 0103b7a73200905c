"""`{% translate %}` writes what Django's own tag writes, in whatever language it was asked first."""

import pytest
from django.template import Context, Engine
from django.utils import translation

TEMPLATES = [
    '{% translate "Save" %}',
    '{% trans "Save" %}',
    '{% translate "Save" as word %}[{{ word }}]',
    '{% translate "50% off <b>" %}',
    '{% translate "Save" noop %}',
    "{% translate said %}",
    "{% translate 'Save'|upper %}",
    '{% translate "Save" context "a button" %}',
]


@pytest.mark.parametrize("source", TEMPLATES)
def test_it_writes_what_django_writes(source):
    ours, djangos = engine("foundation.templatetags.words"), engine("django.templatetags.i18n")
    template, usual = (each.from_string("{% load i18n %}" + source) for each in (ours, djangos))
    for language in ("en", "de", "fr", "de", "en"):
        with translation.override(language):
            context = {"said": "Save"}
            assert template.render(Context(context)) == usual.render(Context(context))


def test_it_speaks_the_language_of_its_reader():
    template = engine("foundation.templatetags.words").from_string('{% load i18n %}{% translate "Save" %}')
    said = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            said.append(template.render(Context()))
    assert said == ["Save", "Speichern", "Save"]


def engine(library: str) -> Engine:
    return Engine(libraries={"i18n": library})
