"""Django's `i18n` tags, with a `{% translate "…" %}` of fixed words that looks them up once for each language.

A page says some seventy things, and Django builds a lazy text for each of them every time it is written. This library
stands in for `i18n` wherever a template loads it (settings: TEMPLATES), so templates are written as everywhere else.
"""

from __future__ import annotations

from django.template import Context, Library, Node
from django.template.base import Parser, Token
from django.templatetags import i18n
from django.utils.translation import get_language

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class FixedWords(Node):
    """What Django's own node writes, kept by language: catalogues do not change while a program runs."""

    child_nodelists = ()

    def __init__(self, node: i18n.TranslateNode) -> None:
        self.name, node.asvar = node.asvar, None
        self.node = node
        self.known: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        words = self.known.get(language)
        if words is None:
            words = self.known[language] = self.node.render(context)
        if self.name is None:
            return words
        context[self.name] = words
        return ""


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    node = i18n.do_translate(parser, token)
    words = node.filter_expression
    is_fixed = isinstance(words.var.literal, str) and not words.filters and node.message_context is None
    return FixedWords(node) if is_fixed else node
