"""The HTML of a stranger's mail, made fit for a sandboxed frame."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import nh3
from django.utils.safestring import SafeString, mark_safe

from foundation.richtext import links, styles
from foundation.richtext.markup import MAX_HTML, Attributes, Tangled, names, shape
from foundation.richtext.text import from_text, to_text

TAGS = names(
    "a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn"
    " div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p"
    " pre q s samp section small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var wbr"
)
SPACING = {"align", "valign", "width", "height", "bgcolor"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title", "style", "align"},
    "a": {"href"},
    "img": {"src", "alt", "border", "hspace", "vspace", *SPACING},
    "font": {"color", "face", "size"},
    "table": {"border", "cellpadding", "cellspacing", "background", *SPACING},
    "tr": {"background", *SPACING},
    "td": {"background", "colspan", "rowspan", "nowrap", *SPACING},
    "th": {"background", "colspan", "rowspan", "nowrap", *SPACING},
    "col": {"span", *SPACING},
    "ol": {"start", "type"},
    "ul": {"type"},
    "hr": {"size", "color", *SPACING},
}
# What a browser would fetch. Each is resolved, blocked or dropped before nh3 sees it.
PICTURES = {"src", "background"}
FREE = {"title", "alt"}
PLAIN = re.compile(r"[\w\s#%.,()'-]{0,100}", re.ASCII)
COLOURING = {"bgcolor", "color"}
TRACKING = 3  # pixels: nobody is meant to see a picture of this size
PIXELS = re.compile(r"\s*(\d{1,6})(?:\.\d*)?\s*(?:px)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedMail:
    """`html` is a fragment for a sandboxed frame (no scripts, a CSP without any source but pictures), never for
    the desk's own page. It is a plain str, so in srcdoc="…" a template escapes it as it must.
    """

    html: str
    blocked_images: int  # how many pictures asking for remote images would bring back
    has_own_colours: bool  # then it wants light paper under it, even where the desk is dark
    as_text: bool = False  # too large or too tangled for HTML: this is only its text

    @property
    def framed(self) -> SafeString:
        """For the body of a page that holds nothing else and whose policy allows no script."""
        return mark_safe(self.html)  # noqa: S308 judged by nh3, and by the frame's policy once more


def render_mail(
    html: str, *, cid_urls: Mapping[str, str], remote_url: Callable[[str], str] | None = None
) -> RenderedMail:
    """Make a mail's HTML safe to look at.

    `cid_urls` maps Content-IDs (without angle brackets) to the addresses of the attachments. Only those pictures,
    embedded ones and, if asked for, remote ones can load; remote ones as <img> and table backgrounds, never from CSS,
    SVG or video. They are asked for with `remote_url`, which turns the address of a picture elsewhere into one of
    ours: the reader's browser itself never goes there. Tracking pixels, references to our own host and everything
    that is not on the lists are dropped.
    Links open in a new tab and tell nobody where the reader comes from. A style attribute keeps looks, loses
    place and addresses; <style> goes.
    """
    render = _Rendering(cid_urls=cid_urls, remote_url=remote_url)
    try:
        shaped = shape(html, TAGS | {"body"}, render.edit)
    except Tangled:
        return RenderedMail(
            html=from_text(to_text(html[:MAX_HTML])), blocked_images=0, has_own_colours=False, as_text=True
        )
    safe = nh3.clean(
        shaped,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=render.judge,
        url_schemes={*links.LINK_SCHEMES, "data"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return RenderedMail(html=safe, blocked_images=render.blocked, has_own_colours=render.has_own_colours)


@dataclass
class _Rendering:
    """One mail on its way: `edit` decides with the whole tag in view, `judge` has the last word on each value."""

    cid_urls: Mapping[str, str]
    remote_url: Callable[[str], str] | None
    approved: set[str] = field(default_factory=set)  # the only addresses that the result may fetch
    blocked: int = 0
    has_own_colours: bool = False

    def edit(self, tag: str, attributes: Attributes) -> tuple[str, Attributes] | None:
        if tag == "body":
            return "div", _body_style(attributes)
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())
        kept = {name: value for name, value in attributes.items() if name in allowed - PICTURES}
        if tag == "img":
            source = attributes.get("src", "").strip() or _first_candidate(attributes.get("srcset", ""))
            if (picture := self._picture(source)) is None or self._tracks(picture, attributes):
                return None
            self._add(kept, "src", picture)
        elif "background" in allowed and (source := attributes.get("background", "").strip()):
            self._add(kept, "background", self._picture(source) or "")
        return tag, kept

    def judge(self, tag: str, attribute: str, value: str) -> str | None:
        if attribute in PICTURES:
            return value if value in self.approved else None
        if attribute == "href":
            return links.link(value) if not links.is_file(value) else None
        if attribute == "style":
            style = styles.filtered(value)
            self.has_own_colours |= style.sets_colours
            return style.css or None
        if attribute in FREE:
            return value
        if not PLAIN.fullmatch(value):
            return None
        self.has_own_colours |= attribute in COLOURING
        return value

    def _picture(self, source: str) -> str | None:
        """The address a picture would load from: ours, embedded or remote; None if it may not load at all."""
        if source[:4].lower() == "cid:":
            name = source[4:].strip("<>")
            return self.cid_urls.get(name) or self.cid_urls.get(unquote(name))
        return links.embedded(source) or links.remote(source)

    def _add(self, kept: Attributes, attribute: str, picture: str) -> None:
        if not picture:
            return
        if self._is_remote(picture):
            if self.remote_url is None:
                self.blocked += 1
                return
            picture = self.remote_url(picture)
        self.approved.add(picture)
        kept[attribute] = picture

    def _is_remote(self, picture: str) -> bool:
        return picture not in self.cid_urls.values() and not picture.startswith("data:")

    def _tracks(self, picture: str, attributes: Attributes) -> bool:
        return self._is_remote(picture) and _is_unseen(attributes)


def _is_unseen(attributes: Attributes) -> bool:
    """A picture so small, or so hidden, that it can only be there to be fetched."""
    halves = (declaration.partition(":") for declaration in attributes.get("style", "").split(";"))
    style = {name.strip().lower(): value for name, _colon, value in halves}
    if "none" in style.get("display", "") or "hidden" in style.get("visibility", ""):
        return True
    sizes = [_pixels(style.get(side) or attributes.get(side, "")) for side in ("width", "height")]
    known = [size for size in sizes if size is not None]
    smallest_seen = TRACKING if len(known) == 2 else 1
    return 0 in known or (bool(known) and max(known) <= smallest_seen)


def _pixels(size: str) -> int | None:
    found = PIXELS.match(size)
    return (
        int(found[1])
        if found and found.end() == len(size.removesuffix("!important").rstrip() or size)
        else None
    )


def _first_candidate(srcset: str) -> str:
    """The first address of a srcset attribute."""
    return (srcset.split(maxsplit=1) or [""])[0].rstrip(",")


def _body_style(attributes: Attributes) -> Attributes:
    """<body> becomes a <div>; its old colour attributes become style."""
    old = (("bgcolor", "background-color"), ("text", "color"))
    style = [f"{name}: {attributes[attribute]}" for attribute, name in old if attributes.get(attribute)]
    kept = {name: attributes[name] for name in ("dir", "lang") if name in attributes}
    return kept | {"style": "; ".join([*style, attributes.get("style", "")])}
