"""HTML that agents and customers write in an editor, or send to the API."""

from __future__ import annotations

import re

import nh3
from django.utils.safestring import SafeString, mark_safe

from foundation.richtext import links
from foundation.richtext.markup import Attributes, Tangled, names, shape
from foundation.richtext.text import from_text, to_text

TAGS = names(
    "a abbr b blockquote br caption code col colgroup dd del details dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i"
    " img ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul div"
    " var"
)
NUMBER = re.compile(r"\d{1,4}")
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "abbr": {"title"},
}
VALUES = {
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}"),
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
    **dict.fromkeys(("width", "height", "start", "colspan", "rowspan"), NUMBER),
}
PASSES = 5


def clean(html: str) -> str:
    """What may stay of this HTML: an allow-list, applied until nothing changes any more.

    Links lead to http, https, mailto, tel or our own attachments. Pictures are our own attachments, parts of
    the same message (cid:, inert until resolved), or embedded PNG, JPEG, GIF and WebP whose bytes are what
    they claim. No style, no class, no id. Idempotent. Too large or too tangled a document comes back as its text.
    """
    try:
        for _pass in range(PASSES):
            before, html = html, _judge.clean(shape(html, TAGS, _keep))
            if html == before:
                return html
    except Tangled:
        pass
    return from_text(to_text(html))


def shown(html: str) -> SafeString:
    """Cleaned, and marked as safe to stand in a page."""
    return mark_safe(clean(html))  # noqa: S308 the one place where what people wrote is called safe


def _keep(tag: str, attributes: Attributes) -> tuple[str, Attributes] | None:
    if tag == "img" and not _picture(attributes.get("src", "")):
        return None
    allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
    return tag, {name: value for name, value in attributes.items() if name in allowed}


def _value(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return links.link(value)
    if attribute == "src":
        return _picture(value)
    if pattern := VALUES.get(attribute):
        return value if pattern.fullmatch(value) else None
    return value


def _picture(url: str) -> str | None:
    url = url.strip()
    if links.is_file(url) or re.fullmatch(r"cid:[^\s<>\"']{1,250}", url):
        return url
    return links.embedded(url)


_judge = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_value,
    url_schemes={*links.LINK_SCHEMES, "data", "cid"},
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)
